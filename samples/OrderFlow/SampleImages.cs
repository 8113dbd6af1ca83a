using SkiaSharp;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>The images of a run: the user's photo, generated images, and a corrupt file.</summary>
internal static class SampleImages
{
    private const long LargestUpload = 30_000_000; // the default limit of the web server

    /// <summary>Generates a different landscape for each number, as PNG.</summary>
    internal static byte[] Draw(int number)
    {
        using var surface = SKSurface.Create(new SKImageInfo(1600, 1200));
        var canvas = surface.Canvas;
        using var sky = SKShader.CreateLinearGradient(
            new SKPoint(0, 0), new SKPoint(0, 1200), [SKColor.FromHsl(200 + (20 * number), 70, 45), SKColor.FromHsl(30, 90, 75)], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = sky, IsAntialias = true };
        canvas.DrawRect(0, 0, 1600, 1200, paint);
        paint.Shader = null;
        paint.Color = SKColor.FromHsl(45, 100, 70);
        canvas.DrawCircle(400 * number, 420, 130, paint);
        for (var ridge = 0; ridge < 3; ridge++)
        {
            using var hills = new SKPath();
            hills.MoveTo(0, 1200);
            for (var x = 0; x <= 1600; x += 20)
            {
                hills.LineTo(x, (float)(760 + (130 * ridge) + (90 * Math.Sin((x / (240.0 - (40 * ridge))) + number + ridge))));
            }

            hills.LineTo(1600, 1200);
            paint.Color = SKColor.FromHsl(120 + (15 * ridge), 35, 38 - (10 * ridge));
            canvas.DrawPath(hills, paint);
        }

        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>A PNG signature, followed by bytes that are not PNG data.</summary>
    internal static byte[] Corrupt() => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Enumerable.Repeat((byte)0xEE, 400)];

    /// <exception cref="BadInputException">The file does not exist, is too large, is not an image, or is incomplete.</exception>
    internal static void Check(string path)
    {
        if (!File.Exists(path))
        {
            throw new BadInputException($"--image '{path}' does not exist. Name a JPEG or PNG file.");
        }

        if (new FileInfo(path).Length > LargestUpload)
        {
            throw new BadInputException($"--image '{path}' is larger than the {LargestUpload / 1_000_000} MB that the image service "
                + "accepts. Name a smaller file.");
        }

        using var codec = SKCodec.Create(path);
        if (codec is null)
        {
            throw new BadInputException($"--image '{path}' is not an image that can be read. Name a JPEG or PNG file.");
        }

        using var pixels = new SKBitmap(codec.Info);
        if (codec.GetPixels(pixels.Info, pixels.GetPixels()) is not SKCodecResult.Success and var result)
        {
            throw new BadInputException($"--image '{path}' is corrupt ({result}). Name a complete JPEG or PNG file.");
        }
    }
}
