namespace OrderFlow;

/// <summary>Every upload ended with all three sizes on disk; the corrupt one by way of the dead-letter queue.</summary>
internal static class ImageAudit
{
    internal static async Task RunAsync(Verdict verdict, ServiceFleet fleet, string dataDirectory, CancellationToken cancellationToken)
    {
        var images = await fleet.ReadAsync<Image>(
            "image-service", "select image_id as ImageId, status as Status, dead_lettered as DeadLettered, redriven as Redriven from images", cancellationToken);
        verdict.Expect("an upload", ImageDriver.Ids.Count, images.Count);
        foreach (var image in images)
        {
            var sizes = new[] { "thumbnail", "medium", "large" }.Count(size => File.Exists(Path.Combine(dataDirectory, "images", $"{image.ImageId}_{size}")));
            var whole = image.Status == "done" && sizes == 3;
            verdict.Images += whole ? 1 : 0;
            if (!whole)
            {
                verdict.Lost.Add($"{image.ImageId}: {image.Status} with {sizes} sizes");
            }
        }

        verdict.DeadLettered = (int)images.Sum(image => image.DeadLettered);
        verdict.Redriven = (int)images.Sum(image => image.Redriven);
    }

    private sealed record Image(string ImageId, string Status, long DeadLettered, long Redriven);
}
