using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TechCorp.Outbox;

/// <summary>Ids that are a function of what they are made from: a re-run makes the same ones.</summary>
internal static class DerivedId
{
    /// <summary>A UUID of version 8 (RFC 9562, section 5.8) from the SHA-256 of the parts, each with its length, so that no two lists run together.</summary>
    internal static Guid From(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        digest[6] = (byte)(0x80 | (digest[6] & 0x0F));
        digest[8] = (byte)(0x80 | (digest[8] & 0x3F));
        return new Guid(digest[..16], bigEndian: true);
    }
}
