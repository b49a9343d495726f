# What the narrator says. Each thing can be said in several ways, `-1`, `-2` and so on; the seed chooses.
# $count is a number as a word, $n the number itself.

faces-none-1 = I see no face in this photo.
faces-none-2 = There is no face here that I can see.
faces-none-3 = I can find no face in this picture.

faces-1 = I see { $count } { $n ->
    [one] face
   *[other] faces
}.
faces-2 = There { $n ->
    [one] is { $count } face
   *[other] are { $count } faces
} in this photo.
faces-3 = This picture shows { $count } { $n ->
    [one] face
   *[other] faces
}.

place-one-1 = It is { $place }.
place-one-2 = You find it { $place }.
place-one-3 = Look for it { $place }.

place-part = { $count } { $n ->
    [one] is
   *[other] are
} { $place }
places-1 = Of them, { $list }.
places-2 = { $list }.
places-3 = Here is where they are: { $list }.

places-all-1 = { $n ->
    [2] Both
   *[other] All
} of them are { $place }.
places-all-2 = You find them { $place }.
places-all-3 = Look for them { $place }.

who-only = the person
who-placed = the one { $place }
who-ordered = the { $ordinal } from the left

face-1 = { $who } is { $list }.
face-2 = You see { $who } { $list }.
face-3 = Look at { $who }: { $list }.

posture-standing-1 = { $who } is standing.
posture-standing-2 = You see { $who } standing.
posture-standing-3 = { $who } stands upright.

facing-many-1 = { $count } of them { $n ->
    [one] is
   *[other] are
} facing you.
facing-many-2 = { $count } { $n ->
    [one] face is
   *[other] faces are
} turned to you.
facing-many-3 = { $count } of them { $n ->
    [one] faces
   *[other] face
} the camera.

smiling-many-1 = { $count } of them { $n ->
    [one] is
   *[other] are
} smiling.
smiling-many-2 = I see { $count } { $n ->
    [one] smile
   *[other] smiles
}.
smiling-many-3 = { $count } { $n ->
    [one] face is
   *[other] faces are
} smiling.
