using System.Globalization;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;

namespace Kairship.Designer.Tests.Drawing;

/// <summary>How long one waits for the designer, from the address to the drawn graph. The figures are printed; a busy machine is no failure.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class FirstViewTests(DesignerStage stage, ITestOutputHelper output) : BrowserTest(stage)
{
    [Fact]
    public async Task Designer_ColdAndWarm_ShowsItsNodes()
    {
        var designer = new DesignerPage(Session);
        await Session.SignInAsync(Stage.Key("designer"));

        var cold = await MeasureAsync(designer);
        var warm = await MeasureAsync(designer);

        var bytes = await Page.EvaluateAsync<double>("performance.getEntriesByType('resource').reduce((sum, r) => sum + r.transferSize, 0)");
        var line = string.Create(CultureInfo.InvariantCulture, $"designer-first-view-cold-ms {cold:0}\ndesigner-first-view-warm-ms {warm:0}\ndesigner-warm-bytes {bytes:0}");
        output.WriteLine(line);
        ResultsFolder.Figure(line);
        bytes.Should().BeLessThan(2_000_000, "the second time the designer comes from the browser's own store");
    }

    private static async Task<double> MeasureAsync(DesignerPage designer)
    {
        var start = TimeProvider.System.GetTimestamp();
        await designer.OpenAsync("canary");
        return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
    }
}
