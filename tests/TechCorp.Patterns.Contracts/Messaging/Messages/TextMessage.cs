using System.Text;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>Messages whose body is a short text.</summary>
internal static class TextMessage
{
    internal static Message Of(string text) => new() { Body = Encoding.UTF8.GetBytes(text), Type = "contract.text", ContentType = "text/plain" };

    internal static string Text(this Delivery delivery) => Encoding.UTF8.GetString(delivery.Body.Span);
}
