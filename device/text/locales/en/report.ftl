# The pages.

page-title = What voxframe saw
page-intro = Looked at, written and spoken on this device alone. Each sentence shows what it rests on.
listen = Listen
said = What it said
unsaid = What it saw and did not say
unsaid-none = Nothing was held back.
unreadable = This photo could not be read
because = because
sure = { $score } of { $threshold } needed
voice-synthetic = The voice is synthetic.
voice-imagined = What the people in the photo say is imagined, and their voice is synthetic.
living-play = Let it speak
living-pause = Pause
living-stays = The photo stays still, because this device asks for little movement.
living-move = Let it move
speaker-narrator = Narrator
speaker-person = Face { $number }
about-photo = the photo
about-face = face { $number }
about-body = body { $number }
about-refused = refused { $number }
credit = Photo: { $credit }
caption-face = Face { $number }: { $place }
dimensions = { $width } × { $height } pixels
timing = Looked at in { $look } ms, first sound after { $sound } ms
timing-look = Looked at in { $look } ms

# A claim in words: its name, and values that have no phrase of their own in words.ftl.

claim-distance = how near
claim-facing = direction
claim-smiling = smile
value-distance-middle = in the middle distance
claim-moves = movement
value-moves-speaks = mouth and head
value-moves-nods = the head alone
value-moves-still = none
value-true = yes
value-false = no
value-unsure = { $value }?
head = Head { $yaw }, { $pitch }, { $roll }
head-yaw = { $side ->
    [left] { $degrees }° to the left
    [right] { $degrees }° to the right
   *[none] neither left nor right
}
head-pitch = { $side ->
    [up] { $degrees }° up
    [down] { $degrees }° down
   *[none] level
}
head-roll = { $side ->
    [left] tilted { $degrees }° to the left
    [right] tilted { $degrees }° to the right
   *[none] upright
}
head-unknown = Where the head points was not told.

# The page of one photo.

explain-title = Why it said that
explain-skip = Go to the sentences
explain-grounds = How sure it was
explain-groundless = resting on nothing that was seen
explain-sentence = sentence { $number }
explain-said = Said in
explain-more = { $number } more, as sure or surer
explain-unneeded = May be said; no sentence took it up.
explain-held = Not said.
explain-moves = Where the page or a film speaks, and it is this face that does.
explain-legend-photo = An arrow shows where a head points, a ring with a dot one that points at you. Left and right are yours.
explain-legend-other = What is no face has a dashed box.
explain-legend-said = The bar is how sure it was, the line is what it takes to say so.
explain-legend-held = A hollow bar was not said.
