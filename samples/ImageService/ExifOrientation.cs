using SkiaSharp;

namespace ImageService;

/// <summary>Rotates the pixels upright. A camera stores them in the orientation of its sensor, and the rotation in EXIF data, which the
/// resized images do not keep.</summary>
internal static class ExifOrientation
{
    /// <summary>Returns the upright image: the given one if it is upright, otherwise a new one, and disposes the given one.</summary>
    internal static SKBitmap Apply(SKBitmap image, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft)
        {
            return image;
        }

        var (width, height) = origin >= SKEncodedOrigin.LeftTop ? (image.Height, image.Width) : (image.Width, image.Height);
        var upright = new SKBitmap(image.Info.WithSize(width, height));
        using (var canvas = new SKCanvas(upright))
        {
            canvas.SetMatrix(MatrixOf(origin, width, height));
            canvas.DrawBitmap(image, 0, 0);
        }

        image.Dispose();
        return upright;
    }

    // Width and height are those of the upright image.
    private static SKMatrix MatrixOf(SKEncodedOrigin origin, int width, int height) => origin switch
    {
        SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new SKMatrix(0, -1, width, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, width, -1, 0, height, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, height, 0, 0, 1),
        _ => SKMatrix.Identity,
    };
}
