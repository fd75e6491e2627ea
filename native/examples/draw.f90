! Draw a million categories in Fortran:
!
!   gfortran -std=f2008 -O2 draw.f90 $(pkg-config --libs gsampler) -o draw && ./draw

module gsampler
   use, intrinsic :: iso_c_binding
   use, intrinsic :: iso_fortran_env, only: error_unit
   implicit none

   ! Fortran has no unsigned integers: seed, stream and offset are signed ones with the same bits.
   interface
      function gs_softmax_f64(x, rows, k, tau, soft, index) bind(c) result(status)
         import
         real(c_double), intent(in) :: x(*)
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         real(c_double), intent(out) :: soft(*)
         type(c_ptr), value :: index ! an address, so that it can be NULL
         integer(c_int32_t) :: status
      end function

      function gs_gumbel_max_f64(seed, stream, offset, logits, rows, k, draws, index, maximum) bind(c) result(status)
         import
         integer(c_int64_t), value :: seed, stream, offset, rows, k, draws
         real(c_double), intent(in) :: logits(*)
         integer(c_int64_t), intent(out) :: index(*)
         type(c_ptr), value :: maximum
         integer(c_int32_t) :: status
      end function

      function gs_strerror(status) bind(c) result(message)
         import
         integer(c_int32_t), value :: status
         type(c_ptr) :: message
      end function

      function gs_isa() bind(c) result(name)
         import
         type(c_ptr) :: name
      end function

      function strlen(string) bind(c) result(length)
         import
         type(c_ptr), value :: string
         integer(c_size_t) :: length
      end function
   end interface

contains

   function text(string)
      type(c_ptr), intent(in) :: string
      character(:), allocatable :: text
      character(kind=c_char), pointer :: letters(:)
      call c_f_pointer(string, letters, [strlen(string)])
      text = transfer(letters, repeat(' ', size(letters)))
   end function

   subroutine check(status)
      integer(c_int32_t), intent(in) :: status
      if (status == 0) return
      write (error_unit, '(2a)') 'gsampler: ', text(gs_strerror(status))
      stop 1
   end subroutine
end module

program draw
   use gsampler
   implicit none
   integer(c_int64_t), parameter :: k = 5, draws = 1000000
   real(c_double), parameter :: logits(0:k - 1) = [-1.5d0, 0.0d0, 0.5d0, 1.0d0, 2.0d0]
   integer(c_int64_t), parameter :: seed = 42, stream = 0, offset = 0
   integer(c_int64_t), allocatable :: index(:)
   integer(c_int64_t) :: count(0:k - 1), i, j, start, finish, rate
   real(c_double) :: probability(0:k - 1), seconds

   allocate (index(draws))
   call check(gs_softmax_f64(logits, 1_c_int64_t, k, 1.0d0, probability, c_null_ptr))
   call system_clock(start, rate)
   call check(gs_gumbel_max_f64(seed, stream, offset, logits, 1_c_int64_t, k, draws, index, c_null_ptr))
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
   print '(f0.1, 3a)', 1d-6 * draws / seconds, ' million draws a second (', text(gs_isa()), ')'
end program
