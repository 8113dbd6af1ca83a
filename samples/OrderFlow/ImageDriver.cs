using System.Text.Json.Nodes;

namespace OrderFlow;

/// <summary>Uploads three images, one of them corrupt; does what an operator does about the dead letter.</summary>
internal sealed class ImageDriver(ServiceFleet fleet, ServiceClient client, FlowProgress progress, FlowSettings settings)
{
    /// <summary>How many of the images are corrupt when they are uploaded.</summary>
    internal const int CorruptImages = 1;

    private const string Corrupt = "image-2";

    internal static IReadOnlyList<string> Ids { get; } = ["image-1", Corrupt, "image-3"];

    /// <summary>What the dead letter said when it was looked at; null when there was none to look at.</summary>
    internal string? DeadLetterReason { get; private set; }

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await UploadAsync("image-1", settings.Image is { } photo ? await File.ReadAllBytesAsync(photo, cancellationToken) : SampleImages.Draw(1), cancellationToken);
        await UploadAsync(Corrupt, SampleImages.Corrupt(), cancellationToken);
        await UploadAsync("image-3", SampleImages.Draw(3), cancellationToken);

        // An earlier run may have come as far as the redrive, or died between sending the job back and taking its letter away.
        await Polling.UntilAsync(async () => await IsDoneAsync(Corrupt, cancellationToken) || await HasLetterAsync(cancellationToken), "the corrupt image was not dead-lettered", settings.Patience, cancellationToken);
        await Polling.UntilAsync(() => AllDoneAsync(cancellationToken), "not all images were resized", settings.Patience, cancellationToken);
    }

    private async Task UploadAsync(string id, byte[] content, CancellationToken cancellationToken)
    {
        if (await FindStatusAsync(id, cancellationToken) is null)
        {
            await PutAsync(id, content, cancellationToken);
        }
    }

    private async Task<bool> HasLetterAsync(CancellationToken cancellationToken)
    {
        var letters = (JsonArray)(await client.GetAsync(new Uri(fleet.Images, "/dead-letters"), cancellationToken))!;
        if (letters.Count > 0)
        {
            DeadLetterReason = letters[0]!["reason"]?.GetValue<string>() ?? "without a reason";
        }

        return letters.Count > 0;
    }

    private async Task MendAsync(CancellationToken cancellationToken)
    {
        await PutAsync(Corrupt, SampleImages.Draw(2), cancellationToken);
        await client.PostAsync(new Uri(fleet.Images, "/dead-letters/redrive"), cancellationToken);
    }

    private async Task<bool> AllDoneAsync(CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var id in Ids)
        {
            done += await IsDoneAsync(id, cancellationToken) ? 1 : 0;
        }

        progress.ImagesDone(done);
        if (!await HasLetterAsync(cancellationToken))
        {
            return done == Ids.Count;
        }

        await MendAsync(cancellationToken);
        return false;
    }

    private async Task<bool> IsDoneAsync(string id, CancellationToken cancellationToken) => await FindStatusAsync(id, cancellationToken) == "done";

    private async Task<string?> FindStatusAsync(string id, CancellationToken cancellationToken)
        => (await client.GetAsync(new Uri(fleet.Images, $"/images/{id}"), cancellationToken))?["status"]!.GetValue<string>();

    private Task PutAsync(string id, byte[] content, CancellationToken cancellationToken)
        => client.PutAsync(new Uri(fleet.Images, $"/images/{id}"), new ByteArrayContent(content), cancellationToken);
}
