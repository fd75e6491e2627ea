module draw

go 1.18
