using System.Security.Cryptography;

namespace TechCorp.Messaging;

/// <summary>The id of a message that came without one: equal bodies have equal ids.</summary>
internal static class BodyHash
{
    internal static string Of(ReadOnlySpan<byte> body) => "sha256-" + Convert.ToHexStringLower(SHA256.HashData(body));
}
