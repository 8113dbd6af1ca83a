using System.Text;

namespace TechCorp.Messaging;

/// <summary>The rule for names and keys: an AMQP short string, at most 255 bytes of UTF-8, no control characters.</summary>
internal static class AmqpName
{
    internal const int MaxBytes = 255;

    internal static string Check(string value, string parameter)
    {
        ArgumentNullException.ThrowIfNull(value, parameter);
        return ProblemOf(value) is { } problem ? throw new ArgumentException(problem, parameter) : value;
    }

    /// <summary>Why the text cannot be a name or key; null when it can.</summary>
    internal static string? ProblemOf(string value)
    {
        if (value.Length > MaxBytes || Encoding.UTF8.GetByteCount(value) > MaxBytes)
        {
            return $"At most {MaxBytes} bytes of UTF-8 fit into an AMQP name or key; '{value[..Math.Min(value.Length, 64)]}' has "
                + $"{Encoding.UTF8.GetByteCount(value)}.";
        }

        foreach (var c in value)
        {
            if (char.IsControl(c))
            {
                return $"An AMQP name or key holds no control characters; '{value}' has U+{(int)c:X4}.";
            }
        }

        return null;
    }
}
