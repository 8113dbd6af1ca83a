using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TechCorp.Resilience;

/// <summary>Tells whether two requests under one <see cref="IdempotencyKey"/> are the same request: a SHA-256 of its content, in lower-case hex.</summary>
/// <remarks>The store keeps the hash only, not the request. <see cref="None"/> (also the default value) equals only itself.</remarks>
public readonly record struct Fingerprint
{
    /// <summary>The most characters in a fingerprint: 64.</summary>
    public const int MaxLength = 64;

    private readonly string? _value;

    private Fingerprint(string value) => _value = value;

    /// <summary>No fingerprint: the key alone identifies the request.</summary>
    public static Fingerprint None => default;

    /// <summary>64 lower-case hexadecimal digits; empty for <see cref="None"/>.</summary>
    public string Value => _value ?? "";

    /// <summary>The fingerprint of these bytes.</summary>
    /// <param name="content">The request, byte for byte.</param>
    public static Fingerprint Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new Fingerprint(Convert.ToHexStringLower(hash));
    }

    /// <summary>The fingerprint of this text, as UTF-8.</summary>
    /// <param name="content">The request as text.</param>
    public static Fingerprint Of(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Of(Encoding.UTF8.GetBytes(content));
    }

    /// <summary>The fingerprint of a value, by its JSON.</summary>
    /// <typeparam name="T">The type of the request.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="jsonTypeInfo">How it is written; from a source-generated context.</param>
    /// <exception cref="ArgumentException">The request is of a derived type, and JSON of the declared one would leave a part of it out: two requests that
    /// differ there would count as the same.</exception>
    public static Fingerprint Of<T>(T request, JsonTypeInfo<T> jsonTypeInfo)
    {
        ArgumentNullException.ThrowIfNull(jsonTypeInfo);
        JsonShape.ThrowIfCut(request, jsonTypeInfo, "The request", nameof(request));
        return Of(JsonSerializer.SerializeToUtf8Bytes(request, jsonTypeInfo));
    }

    /// <summary>Takes back a <see cref="Value"/> that a store has kept.</summary>
    /// <param name="value">What <see cref="Value"/> returned.</param>
    /// <exception cref="ArgumentNullException">There is no value.</exception>
    /// <exception cref="ArgumentException">Longer than 64 characters.</exception>
    public static Fingerprint Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > MaxLength)
        {
            throw new ArgumentException($"At most {MaxLength} characters are allowed; there are {value.Length}.", nameof(value));
        }

        return value.Length == 0 ? None : new Fingerprint(value);
    }

    /// <summary>The digits.</summary>
    public override string ToString() => Value;
}
