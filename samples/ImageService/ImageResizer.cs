using SkiaSharp;
using TechCorp.Messaging;

namespace ImageService;

/// <summary>Resizes images with SkiaSharp.</summary>
internal static class ImageResizer
{
    /// <summary>Decodes a complete JPEG, PNG or other image that SkiaSharp reads, and rotates it upright.</summary>
    /// <exception cref="PermanentFailureException">The file is not an image, or is incomplete; a retry cannot help.</exception>
    internal static SKBitmap Decode(string path)
    {
        using var codec = SKCodec.Create(path) ?? throw Unusable(path, "is not an image");
        var bitmap = new SKBitmap(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKImageInfo.PlatformColorType, SKAlphaType.Premul));
        try
        {
            // A truncated or damaged file yields some pixels and a result other than Success.
            var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
            return result == SKCodecResult.Success ? ExifOrientation.Apply(bitmap, codec.EncodedOrigin) : throw Unusable(path, $"is corrupt ({result})");
        }
        catch
        {
            bitmap.Dispose();
            throw;
        }
    }

    /// <summary>Scales an image down to a longest edge, never up, and encodes it as JPEG.</summary>
    internal static Stream Resize(SKBitmap image, int longestEdge)
    {
        var scale = Math.Min(1.0, (double)longestEdge / Math.Max(image.Width, image.Height));
        var size = new SKImageInfo(Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)));
        using var resized = image.Resize(size, new SKSamplingOptions(SKCubicResampler.Mitchell))
            ?? throw new InvalidOperationException($"The image could not be scaled to {size.Width} × {size.Height}.");
        using var picture = SKImage.FromBitmap(resized);
        return picture.Encode(SKEncodedImageFormat.Jpeg, quality: 85)?.AsStream(streamDisposesData: true)
            ?? throw new InvalidOperationException("The image could not be written as JPEG.");
    }

    private static PermanentFailureException Unusable(string path, string what)
        => new($"'{Path.GetFileName(path)}' {what}: replace the file, then redrive the message.");
}
