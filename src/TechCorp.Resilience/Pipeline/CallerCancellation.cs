namespace TechCorp.Resilience;

/// <summary>Makes the exception of a call that its caller canceled.</summary>
internal static class CallerCancellation
{
    /// <summary>Whether an exception is a cancellation or has one inside.</summary>
    internal static bool IsReportedBy(Exception? exception) => exception switch
    {
        null => false,
        OperationCanceledException => true,
        AggregateException several => several.InnerExceptions.Any(IsReportedBy),
        _ => IsReportedBy(exception.InnerException),
    };

    /// <summary>What was thrown, if it is a cancellation with the caller's token; otherwise such a cancellation around it.</summary>
    internal static OperationCanceledException Of(Exception thrown, CancellationToken cancellationToken) => thrown switch
    {
        OperationCanceledException canceled when canceled.CancellationToken == cancellationToken => canceled,
        OperationCanceledException canceled => new OperationCanceledException(canceled.Message, canceled, cancellationToken),
        _ => new OperationCanceledException("The caller canceled the call; the inner exception is what was thrown then.", thrown, cancellationToken),
    };
}
