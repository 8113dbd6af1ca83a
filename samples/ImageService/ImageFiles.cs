namespace ImageService;

/// <summary>Stores the original image and its sizes as files. A file is complete or does not exist.</summary>
public sealed class ImageFiles
{
    private readonly string _folder;

    /// <summary>Stores the files in a folder, and creates the folder.</summary>
    public ImageFiles(string folder)
    {
        Directory.CreateDirectory(folder);
        _folder = folder;
    }

    internal string PathOf(string imageId, string? size = null) => Path.Combine(_folder, size is null ? imageId : $"{imageId}_{size}");

    /// <summary>Writes a temporary file and renames it, so that a crash leaves the old file or the new one.</summary>
    internal async Task WriteAsync(string imageId, string? size, Stream content, CancellationToken cancellationToken)
    {
        var path = PathOf(imageId, size);
        var temporary = $"{path}.{Guid.CreateVersion7():n}.part";
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
            {
                await content.CopyToAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary); // The upload was aborted.
            throw;
        }
    }
}
