//! A JSON document as the engines read it.
