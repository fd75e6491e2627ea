! Makes the calls that standard input describes and prints their outputs, in the words that vectors.c explains.

program vectors
   use gsampler
   use, intrinsic :: iso_c_binding
   use, intrinsic :: iso_fortran_env, only: error_unit
   implicit none
   integer, parameter :: i64 = c_int64_t

   ! Elements of width bytes, in words of 64 bits, so that they are aligned whatever their type.
   type :: slot
      integer(i64), allocatable :: words(:)
      integer(i64) :: width = 1, n = 0
   end type

   type(slot), target :: slots(0:15)
   character(128) :: arguments(16)
   character(128) :: word, name
   integer :: status

   do
      read (*, '(a)', iostat=status) word
      if (status /= 0) exit
      select case (word)
      case ('input'); call read_input()
      case ('output'); call make_array(slots(next_size()))
      case ('call'); call make_call()
      case ('print'); call show(slots(next_size()))
      case default; call fail('not a command: '//trim(word))
      end select
   end do

contains

   include 'dispatch.f90'

   subroutine fail(message)
      character(*), intent(in) :: message
      write (error_unit, '(a)') message
      stop 1
   end subroutine

   subroutine unknown(name)
      character(*), intent(in) :: name
      call fail('no such function: '//trim(name))
   end subroutine

   character(128) function next()
      read (*, '(a)') next
   end function

   integer(i64) function decimal(digits)
      character(*), intent(in) :: digits
      read (digits, '(i20)') decimal
   end function

   integer(i64) function next_size()
      next_size = decimal(next())
   end function

   integer(i64) function hex(digits)
      character(*), intent(in) :: digits
      read (digits, '(z16)') hex
   end function

   subroutine make_array(x)
      type(slot), intent(inout) :: x
      character(128) :: kind
      kind = next()
      x%width = decimal(kind(2:)) / 8
      x%n = next_size()
      if (allocated(x%words)) deallocate (x%words)
      allocate (x%words(x%n * x%width / 8 + 2)) ! any element can be read as eight bytes
      x%words = not(int(z'5A5A5A5A5A5A5A5A', i64))
   end subroutine

   function bytes(x)
      type(slot), intent(in), target :: x
      integer(c_int8_t), pointer :: bytes(:)
      call c_f_pointer(c_loc(x%words), bytes, [8 * size(x%words)])
   end function

   subroutine read_input()
      integer(i64) :: number, i
      integer(c_int8_t), pointer :: b(:)
      number = next_size()
      call make_array(slots(number))
      b => bytes(slots(number))
      associate (width => slots(number)%width)
         do i = 0, slots(number)%n - 1
            b(i * width + 1:(i + 1) * width) = transfer(hex(next()), b, int(width)) ! the lowest byte first
         end do
      end associate
   end subroutine

   subroutine make_call()
      integer(i64) :: i, n
      name = next()
      n = next_size()
      do i = 1, n
         arguments(i) = next()
      end do
      call dispatch(name)
   end subroutine

   subroutine show(x)
      type(slot), intent(in), target :: x
      integer(c_int8_t), pointer :: b(:)
      character(16) :: digits
      integer(i64) :: i
      integer :: j
      if (x%n == 0) return
      b => bytes(x)
      do i = 0, x%n - 1
         write (digits, '(z16.16)') transfer(b(i * x%width + 1:i * x%width + 8), 0_i64)
         do j = 1, 16 ! Z writes capital letters
            if (digits(j:j) >= 'A') digits(j:j) = achar(iachar(digits(j:j)) + 32)
         end do
         print '(a)', digits(17 - 2 * x%width:)
      end do
   end subroutine

   ! What the dispatch gives to the functions: the argument number i, by its type.

   integer(i64) function int64_value(i)
      integer, intent(in) :: i
      int64_value = hex(arguments(i) (index(arguments(i), ':') + 1:))
   end function

   integer(c_int32_t) function int32_value(i)
      integer, intent(in) :: i
      int32_value = transfer(int64_value(i), 0_c_int32_t)
   end function

   real(c_float) function float_value(i)
      integer, intent(in) :: i
      float_value = transfer(int64_value(i), 0.0_c_float)
   end function

   real(c_double) function double_value(i)
      integer, intent(in) :: i
      double_value = transfer(int64_value(i), 0.0_c_double)
   end function

   type(c_ptr) function address(i, n)
      integer, intent(in) :: i
      integer(i64), intent(out) :: n
      integer(i64) :: number
      address = c_null_ptr
      n = 0
      if (arguments(i) (:6) /= 'array:') return
      number = decimal(arguments(i) (7:))
      address = c_loc(slots(number)%words)
      n = slots(number)%n
   end function

   ! Arrays: pointers to them, not associated for NULL, which is then an argument that is left out.

   function int8_array(i) result(x)
      integer, intent(in) :: i
      integer(c_int8_t), pointer :: x(:)
      integer(i64) :: n
      type(c_ptr) :: p
      nullify (x)
      p = address(i, n)
      if (c_associated(p)) call c_f_pointer(p, x, [n])
   end function

   function int32_array(i) result(x)
      integer, intent(in) :: i
      integer(c_int32_t), pointer :: x(:)
      integer(i64) :: n
      type(c_ptr) :: p
      nullify (x)
      p = address(i, n)
      if (c_associated(p)) call c_f_pointer(p, x, [n])
   end function

   function int64_array(i) result(x)
      integer, intent(in) :: i
      integer(c_int64_t), pointer :: x(:)
      integer(i64) :: n
      type(c_ptr) :: p
      nullify (x)
      p = address(i, n)
      if (c_associated(p)) call c_f_pointer(p, x, [n])
   end function

   function float_array(i) result(x)
      integer, intent(in) :: i
      real(c_float), pointer :: x(:)
      integer(i64) :: n
      type(c_ptr) :: p
      nullify (x)
      p = address(i, n)
      if (c_associated(p)) call c_f_pointer(p, x, [n])
   end function

   function double_array(i) result(x)
      integer, intent(in) :: i
      real(c_double), pointer :: x(:)
      integer(i64) :: n
      type(c_ptr) :: p
      nullify (x)
      p = address(i, n)
      if (c_associated(p)) call c_f_pointer(p, x, [n])
   end function
end program
