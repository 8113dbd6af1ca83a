using System.Text;

namespace TechCorp.Messaging;

/// <summary>The rule for names and keys: an AMQP short string, at most 255 bytes of UTF-8, no control characters.</summary>
internal static class AmqpName
{
    internal const int MaxBytes = 255;

    internal static string Check(string value, string parameter)
    {
        ArgumentNullException.ThrowIfNull(value, parameter);
        if (value.Length > MaxBytes || Encoding.UTF8.GetByteCount(value) > MaxBytes)
        {
            throw new ArgumentException($"At most {MaxBytes} bytes of UTF-8 fit into an AMQP name or key; '{value[..Math.Min(value.Length, 64)]}' has "
                + $"{Encoding.UTF8.GetByteCount(value)}.", parameter);
        }

        foreach (var c in value)
        {
            if (char.IsControl(c))
            {
                throw new ArgumentException($"An AMQP name or key holds no control characters; '{value}' has U+{(int)c:X4}.", parameter);
            }
        }

        return value;
    }
}
