using System.Text.Json.Nodes;

namespace OrderFlow;

/// <summary>Uploads three images, one of them corrupt, then acts as the operator: replaces the file and redrives the dead letter.</summary>
internal sealed class ImageDriver(ServiceFleet fleet, ServiceClient client, FlowProgress progress, FlowSettings settings)
{
    /// <summary>How many of the images are corrupt when they are uploaded.</summary>
    internal const int CorruptImages = 1;

    private const string Corrupt = "image-2";

    internal static IReadOnlyList<string> Ids { get; } = ["image-1", Corrupt, "image-3"];

    /// <summary>The reason in the dead letter; null if this run saw no dead letter.</summary>
    internal string? DeadLetterReason { get; private set; }

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await UploadAsync("image-1", settings.Image is { } photo ? await File.ReadAllBytesAsync(photo, cancellationToken) : SampleImages.Draw(1),
            cancellationToken);
        await UploadAsync(Corrupt, SampleImages.Corrupt(), cancellationToken);
        await UploadAsync("image-3", SampleImages.Draw(3), cancellationToken);

        // An interrupted run may already have redriven the job, or stopped between sending the job back and removing the dead letter.
        await Polling.WaitUntilAsync(async () => await IsDoneAsync(Corrupt, cancellationToken) || await HasDeadLetterAsync(cancellationToken),
            "the corrupt image was not dead-lettered", settings.WaitTimeout, cancellationToken);
        await Polling.WaitUntilAsync(() => AllDoneAsync(cancellationToken), "not all images were resized", settings.WaitTimeout, cancellationToken);
    }

    private async Task UploadAsync(string id, byte[] content, CancellationToken cancellationToken)
    {
        if (await FindStatusAsync(id, cancellationToken) is null)
        {
            await PutAsync(id, content, cancellationToken);
        }
    }

    private async Task<bool> HasDeadLetterAsync(CancellationToken cancellationToken)
    {
        var deadLetters = (JsonArray)(await client.GetAsync(new Uri(fleet.Images, "/dead-letters"), cancellationToken))!;
        if (deadLetters.Count > 0)
        {
            DeadLetterReason = deadLetters[0]!["reason"]?.GetValue<string>() ?? "without a reason";
        }

        return deadLetters.Count > 0;
    }

    private async Task RepairAsync(CancellationToken cancellationToken)
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
        if (!await HasDeadLetterAsync(cancellationToken))
        {
            return done == Ids.Count;
        }

        await RepairAsync(cancellationToken);
        return false;
    }

    private async Task<bool> IsDoneAsync(string id, CancellationToken cancellationToken) => await FindStatusAsync(id, cancellationToken) == "done";

    private async Task<string?> FindStatusAsync(string id, CancellationToken cancellationToken)
        => (await client.GetAsync(new Uri(fleet.Images, $"/images/{id}"), cancellationToken))?["status"]!.GetValue<string>();

    private Task PutAsync(string id, byte[] content, CancellationToken cancellationToken)
        => client.PutAsync(new Uri(fleet.Images, $"/images/{id}"), new ByteArrayContent(content), cancellationToken);
}
