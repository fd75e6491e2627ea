! Draw a million categories in Fortran:
!
!   cp ../bindings/gsampler.f90 .
!   gfortran -std=f2008 -O2 gsampler.f90 draw.f90 $(pkg-config --libs gsampler) -o draw && ./draw

program draw
   use gsampler
   use, intrinsic :: iso_c_binding
   implicit none
   integer(c_int64_t), parameter :: rows = 1, k = 5, draws = 1000000
   real(c_double), parameter :: logits(0:k - 1) = [-1.5d0, 0.0d0, 0.5d0, 1.0d0, 2.0d0]
   integer(c_int64_t), parameter :: seed = 42, stream = 0, offset = 0
   integer(c_int64_t), allocatable :: index(:)
   integer(c_int64_t) :: count(0:k - 1), i, j, start, finish, rate
   real(c_double) :: probability(0:k - 1), seconds

   allocate (index(draws))
   call gs_check(gs_softmax_f64(logits, rows, k, 1.0d0, probability))
   call system_clock(start, rate)
   call gs_check(gs_gumbel_max_f64(seed, stream, offset, logits, rows, k, draws, index))
   call system_clock(finish)
   seconds = real(finish - start, c_double) / rate

   count = 0
   do i = 1, draws
      count(index(i)) = count(index(i)) + 1 ! categories count from 0
   end do
   print '(a)', 'category  probability  frequency'
   do j = 0, k - 1
      print '(i8, f13.6, f11.6)', j, probability(j), real(count(j), c_double) / draws
   end do
   print '(f0.1, 3a)', 1d-6 * draws / seconds, ' million draws a second (', gs_isa(), ')'
end program
