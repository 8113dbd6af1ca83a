using System.Text;
using Microsoft.AspNetCore.Http;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Reads the header <c>Idempotency-Key</c>: a String of RFC 9651, in quotes. It also accepts bare keys, which many clients send.</summary>
internal static class IdempotencyKeyHeader
{
    internal const string Name = "Idempotency-Key";

    /// <summary>Returns the key, or what is wrong with the header.</summary>
    internal static (string? Key, string? Problem) Read(HttpRequest request) => request.Headers[Name] switch
    {
        { Count: 0 } => (null, "Idempotency-Key is missing: send one, and the same one on every attempt."),
        [{ } header] when Parse(header) is { Length: > 0 and <= IdempotencyKey.MaxLength } key => (key, null),
        _ => (null, $"Idempotency-Key is malformed: send one key of 1 to {IdempotencyKey.MaxLength} ASCII characters, in quotes."),
    };

    private static string? Parse(string header)
    {
        var value = header.Trim(' ');
        return value is ['"', ..] ? Unquote(value) : value.All(IsBare) ? value : null;
    }

    // The characters that are unambiguous without quotes: no space, no quote, no separator of lists or parameters.
    private static bool IsBare(char c) => c is > ' ' and < '\x7f' and not ('"' or '\\' or ',' or ';');

    private static string? Unquote(string value)
    {
        var key = new StringBuilder(value.Length);
        for (var i = 1; i < value.Length; i++)
        {
            switch (value[i])
            {
                case '"':
                    return i == value.Length - 1 ? key.ToString() : null;
                case '\\' when i + 1 < value.Length && value[i + 1] is '"' or '\\':
                    key.Append(value[++i]);
                    break;
                case >= ' ' and < '\x7f' and not '\\':
                    key.Append(value[i]);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }
}
