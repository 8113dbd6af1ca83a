using System.Text;

namespace TechCorp.Outbox;

/// <summary>A hash that is the same in every process and every version: rows carry it, and advisory locks are named by it. Never change it.</summary>
internal static class StableHash
{
    /// <summary>FNV-1a over UTF-8 (draft-eastlake-fnv), then the finalizer of MurmurHash3, because the low bits alone choose a partition.</summary>
    internal static int Of(string text)
    {
        var hash = 14695981039346656037UL;
        Span<byte> buffer = stackalloc byte[256];
        var bytes = Encoding.UTF8.GetMaxByteCount(text.Length) <= buffer.Length ? buffer[..Encoding.UTF8.GetBytes(text, buffer)] : Encoding.UTF8.GetBytes(text);
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return (int)(hash ^ (hash >> 33));
    }
}
