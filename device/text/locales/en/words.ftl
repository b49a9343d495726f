# Words and phrases from which sentences are made; lower case, for the sentence sees to its first letter.

number-1 = one
number-2 = two
number-3 = three
number-4 = four
number-5 = five
number-6 = six
number-7 = seven
number-8 = eight
number-9 = nine
number-10 = ten
number-11 = eleven
number-12 = twelve
number-13 = thirteen
number-14 = fourteen
number-15 = fifteen
number-16 = sixteen
number-17 = seventeen
number-18 = eighteen
number-19 = nineteen
number-20 = twenty
number-21 = twenty-one
number-22 = twenty-two
number-23 = twenty-three
number-24 = twenty-four
number-25 = twenty-five
number-26 = twenty-six
number-27 = twenty-seven
number-28 = twenty-eight
number-29 = twenty-nine
number-30 = thirty

ordinal-1 = first
ordinal-2 = second
ordinal-3 = third
ordinal-4 = fourth

place-left = on the left
place-centre = in the middle
place-right = on the right

distance-near = close to the camera
distance-far = far away
facing-front = facing you
facing-left = turned to the left
facing-right = turned to the right
facing-up = looking up
facing-down = looking down
smiling = smiling

list-1 = { $a }
list-2 = { $a } and { $b }
list-3 = { $a }, { $b } and { $c }
