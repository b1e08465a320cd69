using System.Globalization;
using TraceDashboard.Components.Charts;

namespace TraceDashboard.Tests.Components.Charts;

public class AxisScaleTests
{
    [Theory]
    [InlineData("282", false, "100", 3)]
    [InlineData("1", false, "0.25", 4)]
    [InlineData("0.00003", false, "0.00001", 3)]
    [InlineData("9.2", false, "2.5", 4)]
    [InlineData("4812.07", false, "2000", 3)]
    [InlineData("3", true, "1", 3)]
    [InlineData("9", true, "3", 3)]
    [InlineData("1", true, "1", 1)]
    [InlineData("0", false, "1", 1)]
    public void Steps_are_round_and_reach_the_largest(string largest, bool integers, string step, int steps)
    {
        var value = decimal.Parse(largest, CultureInfo.InvariantCulture);
        var scale = AxisScale.For(value, integers);

        Assert.Equal(decimal.Parse(step, CultureInfo.InvariantCulture), scale.Step);
        Assert.Equal(steps, scale.Steps);
        Assert.True(scale.Max >= value);
    }
}
