using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>Makes the copy of a delivery that goes to a retry queue or the dead-letter queue: same body, id, type and correlation, with its history
/// in the headers. Plain code.</summary>
/// <param name="plan">The queue whose consumer failed.</param>
/// <param name="consumer">The service.</param>
internal sealed class FailureCopy(ConsumerPlan plan, string consumer)
{
    internal Message ForRetry(Delivery delivery, SettlementDecision decision, DateTimeOffset now)
    {
        var headers = HeadersOf(delivery, decision);
        if (!decision.IsPostponed)
        {
            AddFailure(headers, decision.Exception, now);
        }

        return Copy(delivery, headers);
    }

    internal Message ForDeadLetter(Delivery delivery, SettlementDecision decision, DateTimeOffset now)
    {
        var headers = HeadersOf(delivery, decision);
        AddFailure(headers, decision.Exception, now);
        headers[MessageHeaders.Reason] = decision.Reason ?? "";
        headers[MessageHeaders.Consumer] = consumer;
        if (plan.RedeliveriesOf(delivery) is { } redeliveries)
        {
            headers[MessageHeaders.Redeliveries] = redeliveries.ToString(CultureInfo.InvariantCulture);
        }

        if (decision.Exception is { } exception)
        {
            headers[MessageHeaders.ExceptionStack] = ErrorText.StackOf(exception);
        }

        return Copy(delivery, headers);
    }

    /// <summary>The copy that a delivery is which was set aside.</summary>
    internal static Message Again(Delivery delivery) => Copy(delivery, OwnHeaders(delivery));

    private static Dictionary<string, string> OwnHeaders(Delivery delivery)
    {
        var headers = new Dictionary<string, string>(delivery.Headers.Count + 10, StringComparer.Ordinal);
        foreach (var (name, value) in delivery.Headers)
        {
            if (name is not (MessageHeaders.SetAside or MessageHeaders.SetAsideAt) && !BrokerHeaders.IsOne(name))
            {
                headers[name] = value;
            }
        }

        return headers;
    }

    private Dictionary<string, string> HeadersOf(Delivery delivery, SettlementDecision decision)
    {
        var headers = OwnHeaders(delivery);
        headers[MessageHeaders.OriginalExchange] = delivery.OriginalExchange();
        headers[MessageHeaders.OriginalRoutingKey] = delivery.OriginalRoutingKey();
        headers[MessageHeaders.OriginalQueue] = plan.Queue;
        headers.Remove(MessageHeaders.Reason); // of a dead letter that was moved back
        headers.Remove(MessageHeaders.Redeliveries);
        headers[MessageHeaders.Attempt] = decision.Attempts.ToString(CultureInfo.InvariantCulture);
        return headers;
    }

    private static void AddFailure(Dictionary<string, string> headers, Exception? exception, DateTimeOffset now)
    {
        var moment = now.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        headers.TryAdd(MessageHeaders.FirstFailure, moment);
        headers[MessageHeaders.LastFailure] = moment;
        if (exception is not null)
        {
            headers[MessageHeaders.ExceptionType] = ErrorText.TypeOf(exception);
            headers[MessageHeaders.ExceptionMessage] = ErrorText.MessageOf(exception);
        }
    }

    /// <summary>A property that the producer did not set stays unset: an empty text is no property.</summary>
    private static Message Copy(Delivery delivery, Dictionary<string, string> headers) => new()
    {
        Body = delivery.Body,
        Type = delivery.Type ?? "",
        Id = delivery.MessageId ?? "",
        Timestamp = delivery.Timestamp,
        ContentType = delivery.ContentType ?? "",
        CorrelationId = delivery.CorrelationId,
        AppId = delivery.AppId,
        Foreign = CopyRoom.Fit(headers, delivery.Foreign), // before the headers, which it may shorten
        Headers = headers,
    };
}
