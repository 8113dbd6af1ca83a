namespace OrderFlow;

/// <summary>Checks that every uploaded image exists in all three sizes; the corrupt one passed through the dead-letter queue.</summary>
internal static class ImageAudit
{
    internal static async Task RunAsync(FlowResult result, ServiceFleet fleet, string dataDirectory, CancellationToken cancellationToken)
    {
        var images = await fleet.ReadAsync<Image>(
            "image-service", "select image_id as ImageId, status as Status, dead_lettered as DeadLettered, redriven as Redriven from images",
            cancellationToken);
        result.Expect("an upload", ImageDriver.Ids.Count, images.Count);
        foreach (var image in images)
        {
            var sizes = new[] { "thumbnail", "medium", "large" }.Count(size => File.Exists(Path.Combine(dataDirectory, "images", $"{image.ImageId}_{size}")));
            var complete = image.Status == "done" && sizes == 3;
            result.Images += complete ? 1 : 0;
            if (!complete)
            {
                result.Lost.Add($"{image.ImageId}: status '{image.Status}', {sizes} of 3 sizes");
            }
        }

        result.DeadLettered = (int)images.Sum(image => image.DeadLettered);
        result.Redriven = (int)images.Sum(image => image.Redriven);
    }

    private sealed record Image(string ImageId, string Status, long DeadLettered, long Redriven);
}
