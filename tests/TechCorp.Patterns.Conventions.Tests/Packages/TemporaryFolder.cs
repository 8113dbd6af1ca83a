namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A folder outside the repository, created on first use, gone when disposed.</summary>
internal sealed class TemporaryFolder(string purpose) : IDisposable
{
    private readonly Lazy<string> _path = new(() => Directory.CreateTempSubdirectory($"techcorp-{purpose}-").FullName);

    public string Path => _path.Value;

    public void Dispose()
    {
        if (_path.IsValueCreated)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
