using System.Globalization;
using System.Text.RegularExpressions;
using Kairship.Cli.Output;

namespace Kairship.Cli.Serving;

/// <summary>Durations on the command line: 500ms, 2s, 10m, 1h30m, a sign in front.</summary>
internal static partial class Durations
{
    private const double MostSeconds = 31_536_000;

    /// <exception cref="CommandException">The text is none.</exception>
    public static TimeSpan Parse(string text, string option)
    {
        var match = Whole().Match(text);
        var seconds = 0.0;
        foreach (Match part in Part().Matches(text))
        {
            seconds += double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * part.Groups[2].Value switch
            {
                "ms" => 0.001,
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => 86400,
            };
        }

        return match.Success && seconds <= MostSeconds
            ? TimeSpan.FromSeconds(text.StartsWith('-') ? -seconds : seconds)
            : throw new CommandException($"'{text}' is no value for {option}: it must be a duration such as 500ms, 2s or 1h30m, of a year at most", 2);
    }

    [GeneratedRegex(@"^-?([0-9]{1,9}(\.[0-9]{1,6})?(ms|s|m|h|d))+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();

    [GeneratedRegex(@"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Part();
}
