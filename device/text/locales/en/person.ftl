# What the people in the photo say. The first words always tell that it is imagined.

imagine-1 = Imagine I could speak.
imagine-2 = Imagine, for a moment, that I could speak.
imagine-3 = Let us imagine that I can speak.

imagine-many-1 = Imagine we could speak: there are { $count } of us in this photo.
imagine-many-2 = Imagine, for a moment, that we could speak: you see { $count } of us here.
imagine-many-3 = Let us imagine that we can speak: this photo shows { $count } of us.

me-only-1 = Mine is the only face here, { $place }.
me-only-2 = You find me { $place }.
me-only-3 = I am the one { $place }.

me-placed-1 = I'm the one { $place }.
me-placed-2 = You find me { $place }.
me-placed-3 = The one { $place } is me.

me-ordered-1 = I'm the { $ordinal } from the left.
me-ordered-2 = Look for the { $ordinal } from the left: that is me.
me-ordered-3 = The { $ordinal } from the left is me.

me-1 = I am { $list }.
me-2 = You see me { $list }.
me-3 = Here I am, { $list }.

me-standing-1 = I am standing.
me-standing-2 = You see me standing.
me-standing-3 = I am standing upright.

me-among-1 = You find me { $place }.
me-among-2 = I am among those { $place }.
me-among-3 = Look for me { $place }.
