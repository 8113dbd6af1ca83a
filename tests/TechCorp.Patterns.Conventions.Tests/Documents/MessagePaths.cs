using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Each step of the two message paths in docs/architecture.md names a file and a method; the file declares the method.</summary>
public sealed partial class MessagePaths
{
    private const string Page = "docs/architecture.md";

    private static readonly List<(int Line, string File, string Type, string Member)> Steps = Read();

    [Fact]
    public void There_are_two_paths()
        => Steps.Count(step => FirstStep().IsMatch(LineOf(step.Line))).Should().Be(2, "one path is a publish, the other a delivery");

    [Fact]
    public void Each_step_names_a_method_that_its_file_declares()
        => (from step in Steps
            where !Declares(step.File, step.Type, step.Member)
            select $"{Page}:{step.Line}: {step.File} does not declare {step.Type}.{step.Member}.")
            .ShouldBeNone("a new reader follows a message along these lists");

    private static bool Declares(string path, string type, string member)
    {
        var file = Repository.Files.SingleOrDefault(file => file.Path == path);
        return file is not null && CSharpSyntaxTree.ParseText(file.Text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot()
            .DescendantNodes()
            .OfType<TypeDeclarationSyntax>()
            .Where(declared => declared.Identifier.Text == type)
            .SelectMany(declared => declared.DescendantNodes().OfType<MethodDeclarationSyntax>())
            .Any(method => method.Identifier.Text == member);
    }

    private static List<(int Line, string File, string Type, string Member)> Read()
        => [.. from line in Lines().Index()
               let step = Step().Match(line.Item)
               where step.Success
               select (line.Index + 1, step.Groups["file"].Value, step.Groups["type"].Value, step.Groups["member"].Value)];

    private static string[] Lines() => Repository.Files.Single(file => file.Path == Page).Lines;

    private static string LineOf(int number) => Lines()[number - 1];

    [GeneratedRegex(@"^(?:\d+\.|\*) `(?<file>src/[^`]+\.cs)` `(?<type>\w+)\.(?<member>\w+)`")]
    private static partial Regex Step();

    [GeneratedRegex(@"^1\. ")]
    private static partial Regex FirstStep();
}
