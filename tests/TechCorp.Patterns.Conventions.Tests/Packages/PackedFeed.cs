namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The folder of packed packages: the one that the test command packed, or one packed here.</summary>
public sealed class PackedFeed : IAsyncLifetime
{
    private readonly TemporaryFolder _own = new("packed-feed");

    public string Folder { get; private set; } = "";

    public string Version { get; private set; } = "";

    internal string FileOf(string package, string extension) => Path.Combine(Folder, $"{package}.{Version}.{extension}");

    public async ValueTask InitializeAsync()
    {
        var (folder, version) = (Environment.GetEnvironmentVariable("TECHCORP_PACKED_FEED"), Environment.GetEnvironmentVariable("TECHCORP_PACKED_VERSION"));
        if (string.IsNullOrEmpty(folder) != string.IsNullOrEmpty(version))
        {
            throw new InvalidOperationException("TECHCORP_PACKED_FEED and TECHCORP_PACKED_VERSION go together; only one of them is set.");
        }

        if (string.IsNullOrEmpty(folder) || string.IsNullOrEmpty(version))
        {
            await PackAsync();
        }
        else
        {
            (Folder, Version) = (Path.GetFullPath(folder, Repository.Root), version);
        }
    }

    public ValueTask DisposeAsync()
    {
        _own.Dispose();
        return ValueTask.CompletedTask;
    }

    // A version that was never packed before: the package cache keeps the first content that it saw of a version.
    // Separate folders: neither the outputs nor the intermediate files of the tree are touched.
    private async Task PackAsync()
    {
        var suffix = "test." + Guid.CreateVersion7().ToString("N")[..12];
        Folder = Path.Combine(_own.Path, "feed");
        var work = Path.Combine(_own.Path, "work");
        foreach (var package in Package.All.Reverse())
        {
            string[] buildOnce = Package.All.Any(other => other.Needs.Contains(package.Name)) ? ["--no-build"] : []; // the ones above built it
            await Command.RunAsync(Repository.Root, environment: null, "dotnet",
                ["pack", $"src/{package.Name}", "-c", "Release", "-nologo", "-v", "quiet", "-o", Folder, .. buildOnce,
                "-m:2", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:UseArtifactsOutput=true", $"-p:ArtifactsPath={work}",
                $"-p:VersionSuffix={suffix}"]);
        }

        var first = Package.All[^1].Name; // no other name begins with it
        Version = Path.GetFileNameWithoutExtension(Directory.GetFiles(Folder, $"{first}.*.nupkg").Single())[(first.Length + 1)..];
    }
}
