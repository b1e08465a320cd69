using TraceDashboard.Core.Text;


namespace TraceDashboard.Tests.Core.Text;

public class SearchTextTests
{
    [Fact]
    public void Folds_what_is_there_and_is_null_when_nothing_is()
    {
        Assert.Equal("ärger\nabc", SearchText.Build("ÄRGER", null, " ", "aBC"));
        Assert.Null(SearchText.Build(null, ""));
    }
}
