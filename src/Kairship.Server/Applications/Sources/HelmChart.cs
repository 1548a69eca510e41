using System.Text.RegularExpressions;
using Kairship.Delivery.Manifests;

namespace Kairship.Server.Applications.Sources;

/// <summary>Renders a Helm chart by 'helm template': nothing is installed, no cluster is asked. Hooks come out as the objects that they are.</summary>
internal sealed partial class HelmChart(ChildProgram child, SourceLimits limits)
{
    public async Task<string> RenderAsync(string chart, SourceOrder order, CancellationToken cancellationToken)
    {
        var helm = child.Find("helm")
            ?? throw new ManifestException(
                $"'{order.Path}' is a Helm chart, and charts are rendered by helm, which is not on the PATH: install Helm 3 (https://helm.sh/docs/intro/install), or give what 'helm template' prints.");
        if (order.Root is not null)
        {
            // Templates can print every file of their chart, and helm takes what a link leads to for one.
            new SourceFiles(limits).RefuseLinksOut(chart);
        }

        List<string> arguments = ["template", order.ReleaseName, chart, "--include-crds", "--skip-tests"];
        if (order.Namespace is { } ns)
        {
            arguments.AddRange(["--namespace", ns]);
        }

        foreach (var values in order.Values)
        {
            arguments.AddRange(["--values", ValuesFile(chart, values, order)]);
        }

        foreach (var (key, value) in order.Set.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (!Key().IsMatch(key))
            {
                throw new ManifestException($"'{key}' is no path of a value: write it like image.tag or hosts[0].name.");
            }

            arguments.AddRange(["--set-string", $"{key}={Escape(value)}"]);
        }

        var rendered = await child.RunAsync(helm, arguments, chart, online: false, cancellationToken);
        return rendered.Length <= limits.MaxBytes ? rendered : throw new ManifestException($"The chart makes more than {limits.MaxBytes:N0} bytes of manifests.");
    }

    private static string ValuesFile(string chart, string values, SourceOrder order)
    {
        if (order.Root is null)
        {
            var own = Path.GetFullPath(values);
            return File.Exists(own) ? own : throw new ManifestException($"There is no file '{values}' with values for the chart.");
        }

        var file = SourceFiles.Resolve(values, chart);
        return File.Exists(file) ? file : throw new ManifestException($"'{values}' is no file of the chart.");
    }

    /// <summary>Helm takes commas as the end of a value, and backslashes before them as theirs.</summary>
    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.\[\]\\/-]{0,300}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();
}
