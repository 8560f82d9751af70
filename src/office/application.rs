//! Applications: registering, importing rolls, deciding who may sit.
