using System.Globalization;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A repository with the files that a release touches and one release, 1.0.0. Its tests and its dotnet are stand-ins.</summary>
internal sealed class ReleaseRepository : IDisposable
{
    public const string Package = "src/TechCorp.Resilience";

    /// <summary>Writes down what it is asked for, and packs by making the files.</summary>
    private const string StandInForDotnet = """
        #!/usr/bin/env bash
        echo "$*" >>"$DOTNET_CALLS"
        [[ $1 == pack ]] || exit 0
        while [[ $1 != --output ]]; do [[ $1 != -p:Version=* ]] || version=${1#*=}; shift; done
        mkdir -p "$2" && touch "$2/TechCorp.Resilience.$version.nupkg" "$2/TechCorp.Resilience.$version.snupkg"
        """;

    private readonly TemporaryFolder _folder = new("release");

    public ReleaseRepository(string unreleased = "### Added\n\n- A thing.\n", int testsEndWith = 0)
    {
        Directory.CreateDirectory(Root);
        foreach (var path in new[] { "eng/release.sh", "Directory.Build.props", "samples/PackedSample/PackedSample.csproj" })
        {
            Write(path, File.ReadAllText(Path.Combine(Repository.Root, path)));
        }

        Write("CHANGELOG.md",
            $"# Changelog\n\n## [Unreleased]\n\n{unreleased}\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- The first thing.\n\n[Unreleased]: "
            + "https://example.test/compare/v1.0.0...HEAD\n[1.0.0]: https://example.test/releases/tag/v1.0.0\n");
        Write($"{Package}/PublicAPI.Shipped.txt", "#nullable enable\nA\nB\n");
        Write($"{Package}/PublicAPI.Unshipped.txt", "#nullable enable\n*REMOVED*B\nC\n");
        Write($"{Package}/TechCorp.Resilience.csproj", "<Project />\n");
        Write(".gitignore", "artifacts/\n");
        Write("test.sh", string.Create(CultureInfo.InvariantCulture, $"#!/usr/bin/env bash\nexit {testsEndWith}\n"));
        Write("../bin/dotnet", StandInForDotnet);
        Command.Run(Root, "chmod", "+x", "test.sh", "../bin/dotnet");
        Git("init", "--quiet", "--initial-branch", "main");
        foreach (var (key,
            value) in new[] { ("user.name", "Release"), ("user.email", "release@example.test"), ("commit.gpgsign", "false"), ("tag.gpgsign", "false") })
        {
            Git("config", key, value);
        }

        Git("add", "--all");
        Git("commit", "--quiet", "--message", "Begin");
        Git("tag", "--annotate", "v1.0.0", "--message", "Release 1.0.0");
    }

    public string Root => Path.Combine(_folder.Path, "checkout");

    /// <summary>Where a rehearsal leaves its clone.</summary>
    public string Clone => Path.Combine(_folder.Path, "clone");

    public void Write(string path, string text)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(Clone, path));

    public string Git(params string[] arguments) => Command.Run(Root, "git", arguments).Trim();

    public string GitInClone(params string[] arguments) => Command.Run(Clone, "git", arguments).Trim();

    public string Rehearse(string version) => Command.Run(Root, "bash", "eng/release.sh", version, "--dry-run", "--no-test", "--no-pack", "--clone", Clone);

    /// <summary>Makes a release, with a stand-in for dotnet, and gives what is printed.</summary>
    public string Release(string version)
    {
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{Path.Combine(_folder.Path, "bin")}:{Environment.GetEnvironmentVariable("PATH")}",
            ["DOTNET_CALLS"] = Path.Combine(_folder.Path, "calls"),
        };
        return Task.Run(() => Command.RunAsync(Root, environment, "bash", "eng/release.sh", version)).GetAwaiter().GetResult();
    }

    /// <summary>What dotnet was asked for in a release.</summary>
    public string[] DotnetCalls => File.ReadAllLines(Path.Combine(_folder.Path, "calls"));

    /// <summary>Rehearses a release that must be refused and gives what it says on standard error.</summary>
    public string Refusal(params string[] arguments)
    {
        var refused = FluentActions.Invoking(() => Command.Run(Root, "bash", ["eng/release.sh", .. arguments])).Should()
            .Throw<InvalidOperationException>().Which;
        var lines = refused.Message.Split(Environment.NewLine, 2);
        lines[0].Should().EndWith("ended with 2:", "the input is at fault");
        return lines[1];
    }

    public void Dispose() => _folder.Dispose();
}
