using TechCorp.Messaging;

namespace ImageService;

/// <summary>Lets an operator inspect and redrive failed jobs.</summary>
internal static class DeadLetterEndpoints
{
    private const string Queue = "images.resize";

    internal static void MapDeadLetters(this WebApplication app)
    {
        app.MapGet("/dead-letters", async (DeadLetterQueues deadLetters, CancellationToken cancellationToken)
            => Results.Ok((await deadLetters.PeekAsync(Queue, 100, cancellationToken))
                .Select(deadLetter => new { deadLetter.MessageId, deadLetter.Reason, deadLetter.ExceptionMessage, deadLetter.Attempts })));

        app.MapPost("/dead-letters/redrive", async (DeadLetterQueues deadLetters, CancellationToken cancellationToken)
            => Results.Ok(await deadLetters.RedriveAsync(Queue, cancellationToken: cancellationToken)));
    }
}
