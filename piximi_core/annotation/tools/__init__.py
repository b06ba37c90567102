"""Tools that draw and change regions: pure functions on arrays and regions, one idea a module.

Points are (x, y) in pixels from the upper left corner of the image; pixel (0, 0) covers [0, 1) x
[0, 1), so that its centre is (0.5, 0.5).
"""
