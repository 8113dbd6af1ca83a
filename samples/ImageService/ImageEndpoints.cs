namespace ImageService;

/// <summary>The HTTP endpoints to upload, inspect and replace images.</summary>
internal static class ImageEndpoints
{
    internal static void MapImages(this WebApplication app)
    {
        app.MapPut("/images/{id}", async (string id, HttpRequest request, ImageFiles files, ImageStore store, CancellationToken cancellationToken) =>
        {
            if (!IsPlainName(id))
            {
                return Results.Problem($"An image id is 1 to 64 letters, digits or dashes; it is '{id}'.", statusCode: StatusCodes.Status400BadRequest);
            }

            await files.WriteAsync(id, null, request.Body, cancellationToken);
            return await store.AddAsync(id, cancellationToken) || await store.RepeatAsync(id, cancellationToken)
                ? Results.Accepted($"/images/{id}", new { image_id = id, status = "processing" })
                // Its job is in the dead-letter queue, to be redriven.
                : Results.Ok(new { image_id = id, status = await store.FindStatusAsync(id, cancellationToken), replaced = true });
        });

        app.MapPost("/images", async (HttpRequest request, ImageFiles files, ImageStore store, CancellationToken cancellationToken) =>
        {
            var id = Guid.CreateVersion7().ToString();
            await files.WriteAsync(id, null, request.Body, cancellationToken);
            await store.AddAsync(id, cancellationToken);
            return Results.Accepted($"/images/{id}", new { image_id = id, status = "processing" });
        });

        app.MapGet("/images/{id}", async (string id, ImageStore store, CancellationToken cancellationToken)
            => await store.FindStatusAsync(id, cancellationToken) is { } status ? Results.Ok(new { image_id = id, status }) : Results.NotFound());

        app.MapGet($"/images/{{id}}/{ThumbnailCache.Size}", async (string id, ThumbnailCache thumbnails, CancellationToken cancellationToken)
            => IsPlainName(id) && await thumbnails.FindAsync(id, cancellationToken) is { } thumbnail
                ? Results.File(thumbnail, "image/jpeg")
                : Results.NotFound());

        app.MapGet("/images/{id}/{size}", (string id, string size, ImageFiles files)
            => IsPlainName(id) && ImageSizes.LongestEdge.ContainsKey(size) && File.Exists(files.PathOf(id, size))
                ? Results.File(Path.GetFullPath(files.PathOf(id, size)), "image/jpeg")
                : Results.NotFound());
    }

    private static bool IsPlainName(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
