using Microsoft.CodeAnalysis;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A type that a file names. An extension method that is called counts as the class that declares it.</summary>
/// <param name="File">The path from the root of the repository.</param>
/// <param name="DeclaredIn">The file that declares the type; null for a type of another assembly.</param>
internal sealed record TypeUse(string File, INamedTypeSymbol Type, string? DeclaredIn)
{
    public string Name => Type.Name;

    public string Library => Type.ContainingAssembly?.Name ?? "";

    public string Namespace => Type.ContainingNamespace?.ToDisplayString() ?? "";
}
