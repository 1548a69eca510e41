using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kairship.Architecture.Tests;

/// <summary>How Kairship reads: sizes, names, banned clocks.</summary>
public class HabitTests
{
    private const int MostLinesOfFile = 400;
    private const int MostLinesOfMethod = 60;
    private const int AimOfFile = 200;

    [Fact]
    public void File_HasMost400Lines() =>
        Checkout.Sources.Where(f => File.ReadLines(f).Count() > MostLinesOfFile).Select(Checkout.Relative).Should().BeEmpty();

    [Fact]
    public void NineOfTenFiles_HaveMost200Lines()
    {
        var lengths = Checkout.Sources.Select(f => File.ReadLines(f).Count()).Order().ToList();
        lengths[(int)(lengths.Count * 0.9)].Should().BeLessThanOrEqualTo(AimOfFile);
    }

    [Fact]
    public void Method_HasMost60Lines() => Checkout.Sources
        .SelectMany(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
            .Select(method => (Method: method, Span: method.SyntaxTree.GetLineSpan(method.Span)))
            .Where(m => m.Span.EndLinePosition.Line - m.Span.StartLinePosition.Line + 1 > MostLinesOfMethod)
            .Select(m => $"{Checkout.Relative(file)}:{m.Span.StartLinePosition.Line + 1}"))
        .Should().BeEmpty();

    [Fact]
    public void Folders_AreNamedByFeature_NotByKind() => Checkout.Sources
        .Where(f => Checkout.Parts(f)[..^1].Any(p => p is "Utils" or "Helpers" or "Common" or "Contracts" or "Models" or "Services" or "Manager" or "Managers" or "Interfaces" or "Misc"))
        .Select(Checkout.Relative).Should().BeEmpty();

    [Fact]
    public void Files_HaveNoRegions() =>
        Checkout.Sources.Where(f => File.ReadLines(f).Any(l => l.TrimStart().StartsWith("#region", StringComparison.Ordinal))).Select(Checkout.Relative).Should().BeEmpty();

    [Fact]
    public void Clocks_AreBanned_AndNobodyLiftsTheBan()
    {
        var banned = File.ReadAllText(Path.Combine(Checkout.Root, "BannedSymbols.txt"));
        string[] symbols = ["DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "Thread.Sleep", "Task.Delay(System.Int32)", "Task.Delay(System.TimeSpan)"];
        symbols.Should().AllSatisfy(s => banned.Should().Contain(s));
        Checkout.Sources.Where(f => File.ReadAllText(f).Contains("RS0030", StringComparison.Ordinal)).Select(Checkout.Relative).Should().BeEmpty();
    }

    [Fact]
    public void SuppressedRules_SayWhy() => Checkout.Sources
        .SelectMany(f => File.ReadLines(f).Select((line, i) => (File: f, Line: line, Number: i + 1)))
        .Where(l => l.Line.Contains("#pragma warning disable", StringComparison.Ordinal) && !l.Line.Contains("//", StringComparison.Ordinal))
        .Select(l => $"{Checkout.Relative(l.File)}:{l.Number}").Should().BeEmpty();

    [Fact]
    public void Namespaces_FollowFolders() => Checkout.Sources
        .Select(f => (File: f, Match: Regex.Match(File.ReadAllText(f), @"^namespace ([\w.]+);", RegexOptions.Multiline, TimeSpan.FromSeconds(5))))
        .Where(x => x.Match.Success && x.Match.Groups[1].Value != string.Join('.', Checkout.Parts(x.File)[1..^1]))
        .Select(x => Checkout.Relative(x.File)).Should().BeEmpty();
}
