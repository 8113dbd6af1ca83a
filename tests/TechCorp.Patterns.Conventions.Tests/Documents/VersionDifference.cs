namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A <c>[DiffersByVersion]</c> attribute, with the method that it stands on.</summary>
internal sealed record VersionDifference(string Text, string? Handling, string TestClass, string Method, bool IsTest, string Place)
{
    public static IReadOnlyList<VersionDifference> All { get; }
        = [.. Repository.Sources(".cs", "tests").SelectMany(file => Read(file.Path, file.Text))];

    public static IEnumerable<VersionDifference> Read(string file, string text)
        => TestAttribute.Read("DiffersByVersion", text).Select(attribute => new VersionDifference(
            attribute.First,
            attribute.Argument(nameof(DiffersByVersionAttribute.Handling)),
            attribute.Class,
            attribute.Method,
            attribute.IsOnTest,
            $"{file}:{attribute.Line}"));
}
