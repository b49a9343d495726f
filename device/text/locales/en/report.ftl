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
speaker-narrator = Narrator
speaker-person = Face { $number }
about-photo = the photo
about-face = face { $number }
credit = Photo: { $credit }
caption-face = Face { $number }: { $place }
dimensions = { $width } × { $height } pixels
timing = Looked at in { $look } ms, first sound after { $sound } ms
timing-look = Looked at in { $look } ms
