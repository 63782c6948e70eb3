"""What a request brings, read and checked: parameters, forms, JSON, XML, ARFF."""
