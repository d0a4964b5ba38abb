import Apportion
