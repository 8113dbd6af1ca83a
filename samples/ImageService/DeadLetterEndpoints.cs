using TechCorp.Messaging;

namespace ImageService;

/// <summary>What an operator does with failed jobs: look at them, mend the file, send them again.</summary>
internal static class DeadLetterEndpoints
{
    private const string Queue = "images.resize";

    internal static void MapDeadLetters(this WebApplication app)
    {
        app.MapGet("/dead-letters", async (DeadLetterQueues deadLetters, CancellationToken cancellationToken)
            => Results.Ok((await deadLetters.PeekAsync(Queue, 100, cancellationToken)).Select(letter => new { letter.MessageId, letter.Reason, letter.ExceptionMessage, letter.Attempts })));

        app.MapPost("/dead-letters/redrive", async (DeadLetterQueues deadLetters, CancellationToken cancellationToken)
            => Results.Ok(await deadLetters.RedriveAsync(Queue, cancellationToken: cancellationToken)));
    }
}
