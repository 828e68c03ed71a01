// Runs in a worker thread. Plain JavaScript, so that the same file serves dist, which is beside src in the package, and tests
// that run the sources.
import { hashSync } from 'bcryptjs';

export const hash = ({ password, salt }) => hashSync(password, salt);
