using System.Text.Json.Nodes;

namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>What one run of the command line came to.</summary>
internal sealed record CommandResult(string Command, int Code, string Out, string Error)
{
    /// <summary>Its output as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Out) ?? throw new InvalidOperationException($"no JSON: {this}");

    /// <summary>Asserts the exit code; a failure shows all that was printed.</summary>
    public CommandResult Ends(int code)
    {
        Code.Should().Be(code, "this ran: {0}", this);
        return this;
    }

    /// <summary>Asserts that it was refused with one line that says these words; indented lines may say more.</summary>
    public CommandResult Refuses(int code, params ReadOnlySpan<string> words)
    {
        Ends(code);
        var lines = Error.TrimEnd().Split('\n');
        lines[0].Should().StartWith("error: ");
        lines.Skip(1).Where(line => !line.StartsWith("  ", StringComparison.Ordinal) || line.TrimStart().StartsWith("at ", StringComparison.Ordinal))
            .Should().BeEmpty("nobody wants a stack trace");
        foreach (var word in words)
        {
            Error.Should().Contain(word);
        }

        return this;
    }

    public override string ToString() => $"kairship {Command} → {Code}\n{Out}{Error}";
}
