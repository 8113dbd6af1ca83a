using SkiaSharp;
using TechCorp.Messaging;

namespace ImageService;

/// <summary>Makes the sizes of an image with SkiaSharp.</summary>
internal static class ImageResizer
{
    /// <summary>Decodes a JPEG, PNG or other image that SkiaSharp reads.</summary>
    /// <exception cref="PermanentFailureException">The file is no image; no further attempt can help.</exception>
    internal static SKBitmap Decode(string path)
    {
        SKBitmap? bitmap;
        try
        {
            bitmap = SKBitmap.Decode(path);
        }
        catch (ArgumentNullException)
        {
            bitmap = null; // What SkiaSharp throws for bytes it cannot make out.
        }

        return bitmap ?? throw new PermanentFailureException($"'{Path.GetFileName(path)}' is not an image: replace the file, then redrive the message.");
    }

    /// <summary>Scales to a longest edge, never up, as JPEG.</summary>
    internal static Stream Resize(SKBitmap image, int longestEdge)
    {
        var scale = Math.Min(1.0, (double)longestEdge / Math.Max(image.Width, image.Height));
        var size = new SKImageInfo(Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)));
        using var resized = image.Resize(size, new SKSamplingOptions(SKCubicResampler.Mitchell));
        using var picture = SKImage.FromBitmap(resized);
        return picture.Encode(SKEncodedImageFormat.Jpeg, quality: 85).AsStream(streamDisposesData: true);
    }
}
