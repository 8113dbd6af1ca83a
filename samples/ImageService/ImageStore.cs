using Dapper;
using TechCorp.Outbox;
using TechCorp.Samples;

namespace ImageService;

/// <summary>Stores the status of each image.</summary>
public sealed class ImageStore(ServiceDatabase database, TransactionalOutbox outbox)
{
    /// <summary>Records an upload and enqueues its job in one transaction; does nothing if the image exists.</summary>
    /// <returns>Whether the image is new.</returns>
    internal async Task<bool> AddAsync(string imageId, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        var added = await work.Connection.ExecuteAsync(
            "insert into images (image_id, status, dead_lettered, redriven) values (@imageId, 'processing', 0, 0) on conflict (image_id) do nothing",
            new { imageId }, work.Transaction);
        if (added == 1)
        {
            work.Publish(new ImageResize(imageId, [.. ImageSizes.LongestEdge.Keys]), aggregateType: "Image", aggregateId: imageId);
        }

        await work.CommitAsync(cancellationToken);
        return added == 1;
    }

    /// <summary>Enqueues another job for an image with a new file; does nothing if the job of the image is in the dead-letter
    /// queue, from where it will be redriven.</summary>
    /// <returns>Whether there is a new job.</returns>
    internal async Task<bool> RepeatAsync(string imageId, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        var repeated = await work.Connection.ExecuteAsync("update images set status = 'processing' where image_id = @imageId and status <> 'rejected'",
            new { imageId }, work.Transaction);
        if (repeated == 1)
        {
            work.Publish(new ImageResize(imageId, [.. ImageSizes.LongestEdge.Keys]), aggregateType: "Image", aggregateId: imageId);
        }

        await work.CommitAsync(cancellationToken);
        return repeated == 1;
    }

    internal async Task<string?> FindStatusAsync(string imageId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<string?>("select status from images where image_id = @imageId", new { imageId });
    }

    /// <summary>Records that all sizes are written, and whether a redrive was needed.</summary>
    internal Task MarkDoneAsync(string imageId, bool redriven, CancellationToken cancellationToken)
        => ExecuteAsync("update images set status = 'done', redriven = case when @redriven then 1 else redriven end where image_id = @imageId",
            new { imageId, redriven }, cancellationToken);

    /// <summary>Records that the job is dead-lettered and needs an operator.</summary>
    internal Task MarkRejectedAsync(string imageId, CancellationToken cancellationToken)
        => ExecuteAsync("update images set status = 'rejected', dead_lettered = 1 where image_id = @imageId", new { imageId }, cancellationToken);

    private async Task ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        await work.Connection.ExecuteAsync(sql, parameters, work.Transaction);
        await work.CommitAsync(cancellationToken);
    }
}
