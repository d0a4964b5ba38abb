import COpenBLAS

/// The number of threads that a matrix product runs on.
public var blasThreads: Int { Int(openblas_get_num_threads()) }

/// Sets the number of threads that matrix products run on, in the whole process.
///
/// Set 1 wherever products run side by side on threads of one's own. Products are bit-identical from run to
/// run for one number of threads, not across numbers.
public func setBLASThreads(_ count: Int) {
  precondition(count > 0, "Matrix products need at least one thread, not \(count).")
  openblas_set_num_threads(Int32(clamping: count))
}
