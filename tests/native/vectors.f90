! Makes the calls that standard input names and prints their results, in the words that vectors.c describes:
!
!   gfortran -std=f2008 -Wall -O2 vectors.f90 $(pkg-config --libs gsampler) -o vectors && ./vectors < calls

module gsampler
   use, intrinsic :: iso_c_binding
   implicit none

   ! Fortran has no unsigned integers: seed, stream and offset are signed ones with the same bits. Arrays are addresses,
   ! so that functions of float and of double share an interface, but for those whose tau is a number.
   abstract interface
      integer(c_int32_t) function noise(seed, stream, offset, n, out) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function

      integer(c_int32_t) function coins(seed, stream, offset, logits, n, draws, out) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, n, draws
         type(c_ptr), value :: logits, out
      end function

      integer(c_int32_t) function maximum_draw(seed, stream, offset, logits, rows, k, draws, index, maximum) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, rows, k, draws
         type(c_ptr), value :: logits, index, maximum
      end function

      integer(c_int32_t) function table_make(logits, rows, k, table) bind(c)
         import
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: logits, table
      end function

      integer(c_int32_t) function table_draw(seed, stream, offset, table, rows, k, draws, index) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, rows, k, draws
         type(c_ptr), value :: table, index
      end function

      integer(c_int32_t) function softmax_taus(seed, stream, offset, logits, rows, k, tau, soft, index) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, rows, k
         type(c_ptr), value :: logits, tau, soft, index
      end function

      integer(c_int32_t) function softmax_backward_taus(grad, soft, rows, k, tau, dlogits, dtau) bind(c)
         import
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: grad, soft, tau, dlogits, dtau
      end function

      integer(c_int32_t) function binary_taus(seed, stream, offset, logits, n, tau, soft) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: logits, tau, soft
      end function

      integer(c_int32_t) function binary_backward_taus(grad, soft, n, tau, dlogits, dtau) bind(c)
         import
         integer(c_int64_t), value :: n
         type(c_ptr), value :: grad, soft, tau, dlogits, dtau
      end function
   end interface

   procedure(noise), bind(c) :: gs_bits, gs_uniform_f32, gs_uniform_f64, gs_exponential_f32, gs_exponential_f64, &
      gs_gumbel_f32, gs_gumbel_f64, gs_logistic_f32, gs_logistic_f64, gs_normal_f32, gs_normal_f64
   procedure(coins), bind(c) :: gs_bernoulli_f32, gs_bernoulli_f64
   procedure(maximum_draw), bind(c) :: gs_gumbel_max_f32, gs_gumbel_max_f64
   procedure(table_make), bind(c) :: gs_alias_table_f32, gs_alias_table_f64, gs_cdf_table_f32, gs_cdf_table_f64
   procedure(table_draw), bind(c) :: gs_alias_draw, gs_cdf_draw
   procedure(softmax_taus), bind(c) :: gs_gumbel_softmax_taus_f32, gs_gumbel_softmax_taus_f64
   procedure(softmax_backward_taus), bind(c) :: gs_gumbel_softmax_backward_taus_f32, &
      gs_gumbel_softmax_backward_taus_f64
   procedure(binary_taus), bind(c) :: gs_binary_concrete_taus_f32, gs_binary_concrete_taus_f64
   procedure(binary_backward_taus), bind(c) :: gs_binary_concrete_backward_taus_f32, &
      gs_binary_concrete_backward_taus_f64

   interface
      integer(c_int32_t) function gs_gumbel_softmax_f32(seed, stream, offset, logits, rows, k, tau, soft, index) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: logits, soft, index
      end function

      integer(c_int32_t) function gs_gumbel_softmax_f64(seed, stream, offset, logits, rows, k, tau, soft, index) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: logits, soft, index
      end function

      integer(c_int32_t) function gs_gumbel_softmax_backward_f32(grad, soft, rows, k, tau, dlogits, dtau) bind(c)
         import
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: grad, soft, dlogits, dtau
      end function

      integer(c_int32_t) function gs_gumbel_softmax_backward_f64(grad, soft, rows, k, tau, dlogits, dtau) bind(c)
         import
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: grad, soft, dlogits, dtau
      end function

      integer(c_int32_t) function gs_binary_concrete_f32(seed, stream, offset, logits, n, tau, soft) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         real(c_float), value :: tau
         type(c_ptr), value :: logits, soft
      end function

      integer(c_int32_t) function gs_binary_concrete_f64(seed, stream, offset, logits, n, tau, soft) bind(c)
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         real(c_double), value :: tau
         type(c_ptr), value :: logits, soft
      end function

      integer(c_int32_t) function gs_binary_concrete_backward_f32(grad, soft, n, tau, dlogits, dtau) bind(c)
         import
         integer(c_int64_t), value :: n
         real(c_float), value :: tau
         type(c_ptr), value :: grad, soft, dlogits, dtau
      end function

      integer(c_int32_t) function gs_binary_concrete_backward_f64(grad, soft, n, tau, dlogits, dtau) bind(c)
         import
         integer(c_int64_t), value :: n
         real(c_double), value :: tau
         type(c_ptr), value :: grad, soft, dlogits, dtau
      end function

      type(c_ptr) function gs_strerror(status) bind(c)
         import
         integer(c_int32_t), value :: status
      end function

      integer(c_size_t) function strlen(string) bind(c)
         import
         type(c_ptr), value :: string
      end function
   end interface
end module

program vectors
   use gsampler
   use, intrinsic :: iso_fortran_env, only: error_unit
   implicit none
   integer, parameter :: i64 = c_int64_t, byte = c_int8_t
   integer(i64) :: seed, stream, offset
   integer :: bytes, status
   character(64) :: name

   do
      read (*, '(a)', iostat=status) name
      if (status /= 0) exit
      bytes = merge(8, 4, index(name, '_f64') > 0) ! of a number
      select case (name)
      case ('bits'); call variates(gs_bits)
      case ('uniform_f32'); call variates(gs_uniform_f32)
      case ('uniform_f64'); call variates(gs_uniform_f64)
      case ('exponential_f32'); call variates(gs_exponential_f32)
      case ('exponential_f64'); call variates(gs_exponential_f64)
      case ('gumbel_f32'); call variates(gs_gumbel_f32)
      case ('gumbel_f64'); call variates(gs_gumbel_f64)
      case ('logistic_f32'); call variates(gs_logistic_f32)
      case ('logistic_f64'); call variates(gs_logistic_f64)
      case ('normal_f32'); call variates(gs_normal_f32)
      case ('normal_f64'); call variates(gs_normal_f64)
      case ('bernoulli_f32'); call bernoulli(gs_bernoulli_f32)
      case ('bernoulli_f64'); call bernoulli(gs_bernoulli_f64)
      case ('gumbel_max_f32'); call gumbel_max(gs_gumbel_max_f32)
      case ('gumbel_max_f64'); call gumbel_max(gs_gumbel_max_f64)
      case ('alias_f32'); call from_table(gs_alias_table_f32, gs_alias_draw)
      case ('alias_f64'); call from_table(gs_alias_table_f64, gs_alias_draw)
      case ('cdf_f32'); call from_table(gs_cdf_table_f32, gs_cdf_draw)
      case ('cdf_f64'); call from_table(gs_cdf_table_f64, gs_cdf_draw)
      case ('gumbel_softmax_f32', 'gumbel_softmax_f64'); call relaxed(rowwise=.true., taus=.false.)
      case ('gumbel_softmax_taus_f32', 'gumbel_softmax_taus_f64'); call relaxed(rowwise=.true., taus=.true.)
      case ('binary_concrete_f32', 'binary_concrete_f64'); call relaxed(rowwise=.false., taus=.false.)
      case ('binary_concrete_taus_f32', 'binary_concrete_taus_f64'); call relaxed(rowwise=.false., taus=.true.)
      case default; call fail(trim(name)//' is not a call')
      end select
   end do

contains

   subroutine fail(message)
      character(*), intent(in) :: message
      write (error_unit, '(a)') message
      stop 1
   end subroutine

   subroutine check(status)
      integer(c_int32_t), intent(in) :: status
      type(c_ptr) :: string
      character(kind=c_char), pointer :: letters(:)
      if (status == 0) return
      string = gs_strerror(status)
      call c_f_pointer(string, letters, [strlen(string)])
      call fail(transfer(letters, repeat(' ', size(letters))))
   end subroutine

   integer(i64) function hex()
      read (*, '(z16)') hex
   end function

   integer(i64) function decimal()
      read (*, '(i20)') decimal
   end function

   subroutine read_place()
      seed = hex()
      stream = hex()
      offset = hex()
   end subroutine

   ! An array of any type is its bytes, the lowest first, and eight more, so that any element can be read as eight.
   subroutine make_room(x, n, width)
      integer(byte), allocatable, intent(out) :: x(:)
      integer(i64), intent(in) :: n
      integer, intent(in) :: width
      allocate (x(n * width + 8))
      x = 0
   end subroutine

   subroutine read_numbers(x, n)
      integer(byte), allocatable, intent(out) :: x(:)
      integer(i64), intent(in) :: n
      integer(i64) :: i
      call make_room(x, n, bytes)
      do i = 0, n - 1
         x(i * bytes + 1:(i + 1) * bytes) = transfer(hex(), x, bytes)
      end do
   end subroutine

   subroutine show(x, n, width)
      integer(byte), intent(in) :: x(:)
      integer(i64), intent(in) :: n
      integer, intent(in) :: width
      character(16) :: digits
      integer(i64) :: i
      integer :: j
      do i = 0, n - 1
         write (digits, '(z16.16)') transfer(x(i * width + 1:i * width + 8), 0_i64)
         do j = 1, 16 ! Z writes capital letters
            if (digits(j:j) >= 'A') digits(j:j) = achar(iachar(digits(j:j)) + 32)
         end do
         print '(a)', digits(17 - 2 * width:)
      end do
   end subroutine

   subroutine variates(draw)
      procedure(noise) :: draw
      integer(i64) :: n
      integer(byte), allocatable, target :: out(:)
      call read_place()
      n = decimal()
      call make_room(out, n, bytes)
      call check(draw(seed, stream, offset, n, c_loc(out)))
      call show(out, n, bytes)
   end subroutine

   subroutine bernoulli(draw)
      procedure(coins) :: draw
      integer(i64) :: n, draws
      integer(byte), allocatable, target :: logits(:), out(:)
      call read_place()
      n = decimal()
      draws = decimal()
      call read_numbers(logits, n)
      call make_room(out, n * draws, 1)
      call check(draw(seed, stream, offset, c_loc(logits), n, draws, c_loc(out)))
      call show(out, n * draws, 1)
   end subroutine

   subroutine gumbel_max(draw)
      procedure(maximum_draw) :: draw
      integer(i64) :: rows, k, draws
      integer(byte), allocatable, target :: logits(:), index(:)
      call read_place()
      rows = decimal()
      k = decimal()
      draws = decimal()
      call read_numbers(logits, rows * k)
      call make_room(index, rows * draws, 8)
      call check(draw(seed, stream, offset, c_loc(logits), rows, k, draws, c_loc(index), c_null_ptr))
      call show(index, rows * draws, 8)
   end subroutine

   subroutine from_table(make, draw)
      procedure(table_make) :: make
      procedure(table_draw) :: draw
      integer(i64) :: rows, k, draws
      integer(byte), allocatable, target :: logits(:), table(:), index(:)
      call read_place()
      rows = decimal()
      k = decimal()
      draws = decimal()
      call read_numbers(logits, rows * k)
      call make_room(table, rows * (2 * k + 2), 8)
      call make_room(index, rows * draws, 8)
      call check(make(c_loc(logits), rows, k, c_loc(table)))
      call check(draw(seed, stream, offset, c_loc(table), rows, k, draws, c_loc(index)))
      call show(index, rows * draws, 8)
   end subroutine

   ! Rows of k, or n elements, which are then the rows; with one temperature, or as many as rows.
   subroutine relaxed(rowwise, taus)
      logical, intent(in) :: rowwise, taus
      integer(i64) :: rows, k, heats
      integer(byte), allocatable, target :: tau(:), logits(:), grad(:), soft(:), index(:), dlogits(:), dtau(:)
      type(c_ptr) :: l, g, t, s, i, dl, dt
      real(c_float) :: t32
      real(c_double) :: t64
      call read_place()
      rows = decimal()
      k = 1
      if (rowwise) k = decimal()
      heats = merge(rows, 1_i64, taus)
      call read_numbers(tau, heats)
      call read_numbers(logits, rows * k)
      call read_numbers(grad, rows * k)
      call make_room(soft, rows * k, bytes)
      call make_room(index, rows, 8)
      call make_room(dlogits, rows * k, bytes)
      call make_room(dtau, heats, bytes)
      l = c_loc(logits); g = c_loc(grad); s = c_loc(soft); i = c_loc(index); dl = c_loc(dlogits); dt = c_loc(dtau)
      t = c_loc(tau); t32 = transfer(tau, t32); t64 = transfer(tau, t64) ! the one that the function takes counts
      select case (name)
      case ('gumbel_softmax_taus_f32')
         call check(gs_gumbel_softmax_taus_f32(seed, stream, offset, l, rows, k, t, s, i))
         call check(gs_gumbel_softmax_backward_taus_f32(g, s, rows, k, t, dl, dt))
      case ('gumbel_softmax_taus_f64')
         call check(gs_gumbel_softmax_taus_f64(seed, stream, offset, l, rows, k, t, s, i))
         call check(gs_gumbel_softmax_backward_taus_f64(g, s, rows, k, t, dl, dt))
      case ('gumbel_softmax_f32')
         call check(gs_gumbel_softmax_f32(seed, stream, offset, l, rows, k, t32, s, i))
         call check(gs_gumbel_softmax_backward_f32(g, s, rows, k, t32, dl, dt))
      case ('gumbel_softmax_f64')
         call check(gs_gumbel_softmax_f64(seed, stream, offset, l, rows, k, t64, s, i))
         call check(gs_gumbel_softmax_backward_f64(g, s, rows, k, t64, dl, dt))
      case ('binary_concrete_taus_f32')
         call check(gs_binary_concrete_taus_f32(seed, stream, offset, l, rows, t, s))
         call check(gs_binary_concrete_backward_taus_f32(g, s, rows, t, dl, dt))
      case ('binary_concrete_taus_f64')
         call check(gs_binary_concrete_taus_f64(seed, stream, offset, l, rows, t, s))
         call check(gs_binary_concrete_backward_taus_f64(g, s, rows, t, dl, dt))
      case ('binary_concrete_f32')
         call check(gs_binary_concrete_f32(seed, stream, offset, l, rows, t32, s))
         call check(gs_binary_concrete_backward_f32(g, s, rows, t32, dl, dt))
      case ('binary_concrete_f64')
         call check(gs_binary_concrete_f64(seed, stream, offset, l, rows, t64, s))
         call check(gs_binary_concrete_backward_f64(g, s, rows, t64, dl, dt))
      end select
      call show(soft, rows * k, bytes)
      if (rowwise) call show(index, rows, 8)
      call show(dlogits, rows * k, bytes)
      call show(dtau, heats, bytes)
   end subroutine
end program
