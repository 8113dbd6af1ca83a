using System.Net.Sockets;
using System.Text;
using SkiaSharp;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.EndToEnd.Tests;

public sealed class ImageServiceTests
{
    private static readonly byte[] Png = Encode(SKEncodedImageFormat.Png);

    [Safeguard("An image that is cut short is corrupt", SwitchedOff = "the codec's result is ignored")]
    [Safeguard("A PUT that replaces says so", SwitchedOff = "every upload taken for new")]
    [Fact]
    public async Task An_image_that_is_cut_short_is_rejected_and_can_be_replaced()
    {
        await using var host = await ImageHost.StartAsync();
        await host.PutAsync("cut", Png[..(Png.Length / 2)]);
        await Eventually.Holds(async () => await host.StatusAsync("cut") == "rejected", "the image is rejected");
        await Eventually.Holds(async () => await host.Http.GetStringAsync("/dead-letters") != "[]", "its job is dead-lettered");

        var replaced = await host.PutAsync("cut", Png);

        replaced["replaced"]!.GetValue<bool>().Should().BeTrue();
        replaced["status"]!.GetValue<string>().Should().Be("rejected", "nothing happens until the message is redriven");
        (await host.Http.PostAsync("/dead-letters/redrive", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await Eventually.Holds(async () => await host.StatusAsync("cut") == "done", "the image is resized");
    }

    [Safeguard("Photos are turned upright", SwitchedOff = "the orientation not applied")]
    [Fact]
    public async Task A_photo_is_turned_upright_as_its_camera_says()
    {
        await using var host = await ImageHost.StartAsync();

        await host.PutAsync("photo", Jpeg(orientation: 6));
        await Eventually.Holds(async () => await host.StatusAsync("photo") == "done", "the image is resized");

        using var thumbnail = SKBitmap.Decode(await host.Http.GetByteArrayAsync("/images/photo/thumbnail", TestContext.Current.CancellationToken));
        thumbnail.Height.Should().BeGreaterThan(thumbnail.Width);
        thumbnail.GetPixel(thumbnail.Width / 2, thumbnail.Height / 8).Red.Should()
            .BeGreaterThan(200, "the left of the sensor's picture is above when it is turned right");
    }

    [Safeguard("A broken upload leaves nothing", SwitchedOff = "the part not deleted")]
    [Fact]
    public async Task An_upload_that_is_broken_off_leaves_nothing_behind()
    {
        await using var host = await ImageHost.StartAsync();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync("127.0.0.1", host.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes("PUT /images/half HTTP/1.1\r\nHost: images\r\nContent-Length: 100000\r\n\r\nhalf"),
                TestContext.Current.CancellationToken);
            await Eventually.Holds(() => host.Files.Any(), "the upload has begun");
        }

        await Eventually.Holds(() => !host.Files.Any(), "the rest of the upload is gone");
    }

    // Red on the left, blue on the right, wider than high.
    private static byte[] Encode(SKEncodedImageFormat format)
    {
        using var surface = SKSurface.Create(new SKImageInfo(320, 200));
        surface.Canvas.Clear(SKColors.Blue);
        using var red = new SKPaint { Color = SKColors.Red };
        surface.Canvas.DrawRect(0, 0, 160, 200, red);
        using var image = surface.Snapshot();
        using var data = image.Encode(format, 90);
        return data.ToArray();
    }

    // An EXIF segment with one entry, tag 0x0112, after the mark that begins a JPEG.
    private static byte[] Jpeg(byte orientation)
    {
        var plain = Encode(SKEncodedImageFormat.Jpeg);
        byte[] exif = [.. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        return [.. plain[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. plain[2..]];
    }
}
