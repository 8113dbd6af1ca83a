using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OrderFlow;

/// <summary>Uploads three images, one of them corrupt; does what an operator does about the dead letter.</summary>
internal sealed class ImageDriver(ServiceFleet fleet, FlowProgress progress, string? photo) : IDisposable
{
    private const string Corrupt = "image-2";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http = new();

    internal static IReadOnlyList<string> Ids { get; } = ["image-1", Corrupt, "image-3"];

    /// <summary>What the dead letter said when it was looked at.</summary>
    internal string DeadLetterReason { get; private set; } = "none";

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await UploadAsync("image-1", photo is null ? SampleImages.Draw(1) : await File.ReadAllBytesAsync(photo, cancellationToken), cancellationToken);
        await UploadAsync(Corrupt, SampleImages.Corrupt(), cancellationToken);
        await UploadAsync("image-3", SampleImages.Draw(3), cancellationToken);
        await Polling.UntilAsync(() => AllDoneAsync(cancellationToken), Patience, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task UploadAsync(string id, byte[] content, CancellationToken cancellationToken)
    {
        if (await FindStatusAsync(id, cancellationToken) is null)
        {
            await PutAsync(id, content, cancellationToken);
        }
    }

    private async Task<bool> AllDoneAsync(CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var id in Ids)
        {
            done += await FindStatusAsync(id, cancellationToken) == "done" ? 1 : 0;
        }

        progress.ImagesDone(done);
        var letters = await _http.GetFromJsonAsync<JsonArray>(new Uri(fleet.Images, "/dead-letters"), cancellationToken);
        if (letters!.Count == 0)
        {
            return done == Ids.Count;
        }

        DeadLetterReason = letters[0]!["reason"]?.GetValue<string>() ?? "unknown";
        await PutAsync(Corrupt, SampleImages.Draw(2), cancellationToken);
        using var redriven = await _http.PostAsync(new Uri(fleet.Images, "/dead-letters/redrive"), null, cancellationToken);
        redriven.EnsureSuccessStatusCode();
        return false;
    }

    private async Task<string?> FindStatusAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri(fleet.Images, $"/images/{id}"), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["status"]!.GetValue<string>();
    }

    private async Task PutAsync(string id, byte[] content, CancellationToken cancellationToken)
    {
        using var body = new ByteArrayContent(content);
        using var response = await _http.PutAsync(new Uri(fleet.Images, $"/images/{id}"), body, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
