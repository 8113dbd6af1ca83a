using System.Security.Cryptography;
using System.Text;

namespace TechCorp.Messaging;

/// <summary>What one message is recognized by when it is delivered again. Plain code.</summary>
/// <remarks>A retry copy or a redriven message is another message: its counts differ.</remarks>
internal static class MessageIdentity
{
    internal static bool AreSame(Delivery one, Delivery other)
        => one.MessageId == other.MessageId
            && one.Body.Span.SequenceEqual(other.Body.Span)
            && PropertiesOf(one) == PropertiesOf(other);

    /// <summary>Whether equal deliveries are one message. Without an id they may be two that say the same: none of them stands for the other.</summary>
    internal static bool IsKnown(Delivery delivery) => !string.IsNullOrEmpty(delivery.MessageId);

    /// <summary>A hash; equal for deliveries that are the same.</summary>
    internal static string Of(Delivery delivery)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(PropertiesOf(delivery)));
        hash.AppendData(delivery.Body.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string PropertiesOf(Delivery delivery) => string.Join('\0', delivery.MessageId, delivery.Type, delivery.CorrelationId, delivery.Exchange,
        delivery.RoutingKey, delivery.Headers.GetValueOrDefault(MessageHeaders.Attempt), delivery.Headers.GetValueOrDefault(MessageHeaders.RedriveCount), "");
}
