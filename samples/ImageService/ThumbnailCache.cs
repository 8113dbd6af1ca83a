using Microsoft.Extensions.Caching.Memory;

namespace ImageService;

/// <summary>The thumbnails that this instance keeps in memory.</summary>
/// <remarks>A broadcast is delivered at most once, and a read may overtake it: nothing is kept longer than a minute.</remarks>
public sealed class ThumbnailCache(ImageFiles files) : IDisposable
{
    internal const string Size = "thumbnail";
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = 64 * 1024 * 1024 });

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    /// <summary>The thumbnail; null if there is none.</summary>
    internal async Task<byte[]?> FindAsync(string imageId, CancellationToken cancellationToken)
    {
        if (_cache.TryGetValue(imageId, out byte[]? kept))
        {
            return kept;
        }

        var path = files.PathOf(imageId, Size);
        if (!File.Exists(path))
        {
            return null;
        }

        var thumbnail = await File.ReadAllBytesAsync(path, cancellationToken);
        return _cache.Set(imageId, thumbnail, new MemoryCacheEntryOptions { Size = thumbnail.Length, AbsoluteExpirationRelativeToNow = Longest });
    }

    internal void Forget(string imageId) => _cache.Remove(imageId);
}
