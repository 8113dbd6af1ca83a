using System.Net;
using System.Net.Sockets;
using SkiaSharp;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>Three instances of a service as processes, each with its own queue: they hear of every change, and leave nothing behind.</summary>
[Collection("OrderFlow")]
public sealed class BroadcastProcessTests : IDisposable
{
    private readonly HttpClient _http = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Safeguard("Each instance forgets a thumbnail that has changed", SwitchedOff = "`ImageChangedHandler` forgets nothing")]
    [Fact, Trait("Spec", "FM20")]
    public async Task Each_of_three_processes_hears_of_each_change_and_after_their_end_no_queue_is_left()
    {
        await using var ground = await FreshGround.PrepareAsync();
        var urls = Enumerable.Range(0, 3).Select(_ => $"http://127.0.0.1:{FreePort()}").ToArray();
        await using var first = await StartAsync(ground, urls[0]);
        await using var second = await StartAsync(ground, urls[1]);
        await using var third = await StartAsync(ground, urls[2]);
        (await QueuesAsync()).Should().Be(3);

        foreach (var color in new[] { SKColors.Red, SKColors.Lime, SKColors.Blue })
        {
            await PutAsync(urls[0], color);
            foreach (var url in urls) // which keeps it in memory, longer than the test would wait
            {
                await Eventually.Holds(async () => await ShowsAsync(url, color), $"{url} shows {color}");
            }
        }

        first.Kill();
        second.Kill();
        third.Terminate();
        await Eventually.Holds(async () => await QueuesAsync() == 0, "the broker has deleted the queues of all three");
    }

    private async Task<SampleProcess> StartAsync(FreshGround ground, string url)
    {
        var process = SampleProcess.Start("ImageService", [.. ground.OnPostgres, "--url", url]);
        await Eventually.Holds(
            async () =>
            {
                process.HasExited.Should().BeFalse(string.Join('\n', process.Output.Concat(process.Errors)));
                try
                {
                    return (await _http.GetAsync(url + "/health", Cancellation)).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false; // it does not listen yet
                }
            },
            "it is healthy");
        return process;
    }

    private async Task PutAsync(string url, SKColor color)
    {
        using var surface = SKSurface.Create(new SKImageInfo(320, 200));
        surface.Canvas.Clear(color);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 90);
        using var content = new ByteArrayContent(data.ToArray());
        (await _http.PutAsync(url + "/images/a", content, Cancellation)).EnsureSuccessStatusCode();
    }

    private async Task<bool> ShowsAsync(string url, SKColor color)
    {
        using var response = await _http.GetAsync(url + "/images/a/thumbnail", Cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        using var thumbnail = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync(Cancellation));
        var (shown, most) = (thumbnail.GetPixel(10, 10), 40); // a JPEG is not exact
        return Math.Abs(shown.Red - color.Red) < most && Math.Abs(shown.Green - color.Green) < most && Math.Abs(shown.Blue - color.Blue) < most;
    }

    private static async Task<int> QueuesAsync()
        => (await ServicesScript.RunAsync(ServicesScript.State!, ["rabbitmqctl", "list_queues", "--quiet", "--no-table-headers", "name"], Cancellation))
            .Split('\n').Count(name => name.StartsWith("images.changed.broadcast.", StringComparison.Ordinal));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
